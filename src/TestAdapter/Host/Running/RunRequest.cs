using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>What the runner wants to be run: all tests of assemblies, or tests that it names.</summary>
internal sealed class RunRequest
{
    private static readonly string[] Filters = ["TestCaseFilter", "FilterOptions"];

    private readonly Message _message;
    private readonly IReadOnlyDictionary<string, ReadOnlyMemory<byte>> _parts;

    /// <summary>Reads a start message.</summary>
    /// <exception cref="ProtocolException">It is not one.</exception>
    public RunRequest(Message message)
    {
        _message = message;
        _parts = JsonSlice.Object(message.Payload);
        RunSettings = JsonSlice.Text(Part("RunSettings")) ?? "";
        Context = JsonSlice.Object(Part("TestExecutionContext"));
        Tests = message.Type == MessageTypes.StartWithTests ? [.. DiscoveredTest.ReadAll(Part("Tests"))] : null;
        Sources = Tests is null
            ? [.. JsonSlice.Object(Part("AdapterSourceMap")).Values.SelectMany(JsonSlice.Array).Select(JsonSlice.Text).OfType<string>()]
            : [.. Tests.Select(t => t.Source).Distinct()];
    }

    /// <summary>The tests, where the runner names them.</summary>
    public IReadOnlyList<DiscoveredTest>? Tests { get; }

    /// <summary>The test assemblies.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>The run settings, XML.</summary>
    public string RunSettings { get; }

    /// <summary>True where a debugger is to be attached to the one host there is.</summary>
    public bool IsDebug => Context.TryGetValue("IsDebug", out var debug) && JsonSlice.IsTrue(debug);

    /// <summary>What the user selected the tests by; null where he did not.</summary>
    public string? Filter => Context.TryGetValue("TestCaseFilter", out var filter) ? JsonSlice.Text(filter) : null;

    private IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Context { get; }

    /// <summary>The request to find the tests that this one would run.</summary>
    public Message ToDiscovery() => Message.Write(MessageTypes.StartDiscovery, _message.Version, w =>
    {
        w.WriteStartObject();
        w.WriteNull("Package");
        Write(w, "AdapterSourceMap", Part("AdapterSourceMap"));
        w.WriteNumber("FrequencyOfDiscoveredTestsEvent", 1000);
        w.WriteString("DiscoveredTestEventTimeout", "00:00:01.5000000");
        w.WriteString(nameof(RunSettings), RunSettings);
        Write(w, "TestCaseFilter", Context.GetValueOrDefault("TestCaseFilter"));
        w.WriteNull("TestSessionInfo");
        w.WriteEndObject();
    });

    /// <summary>This request with other settings; the very message that came where they are the same.</summary>
    public Message With(string runSettings) => runSettings == RunSettings ? _message : Message.Write(_message.Type, _message.Version, w =>
    {
        w.WriteStartObject();
        foreach (var (name, value) in _parts)
            if (name == nameof(RunSettings))
                w.WriteString(nameof(RunSettings), runSettings);
            else
                Write(w, name, value);
        w.WriteEndObject();
    });

    /// <summary>The request to run some of the tests.</summary>
    public Message ForTests(IEnumerable<DiscoveredTest> tests, string runSettings) =>
        Message.Write(MessageTypes.StartWithTests, _message.Version, w =>
        {
            w.WriteStartObject();
            w.WriteStartArray(nameof(Tests));
            foreach (var test in tests)
                w.WriteRawValue(test.Json.Span, skipInputValidation: true);
            w.WriteEndArray();
            w.WriteString(nameof(RunSettings), runSettings);
            w.WriteStartObject("TestExecutionContext");
            foreach (var (name, value) in Context)
                if (Filters.Contains(name))
                    w.WriteNull(name);
                else
                    Write(w, name, value);
            w.WriteEndObject();
            Write(w, "Package", _parts.GetValueOrDefault("Package"));
            w.WriteEndObject();
        });

    private static void Write(System.Text.Json.Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> value)
    {
        writer.WritePropertyName(name);
        if (value.IsEmpty)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(value.Span, skipInputValidation: true);
    }

    private ReadOnlyMemory<byte> Part(string name) => _parts.TryGetValue(name, out var part) ? part : "null"u8.ToArray();
}
