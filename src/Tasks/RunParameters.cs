using System.Globalization;
using CrCache.Routes;
using Microsoft.Build.Framework;

namespace CrCache.MSBuild;

/// <summary>RunOnResource's parameters, read and checked before anything runs.</summary>
/// <param name="Command">The command.</param>
/// <param name="Shown">The command as the log shows it.</param>
/// <param name="Timeout">How long it may take; null for as long as it likes.</param>
/// <param name="OutputImportance">The importance of a line of standard output.</param>
/// <param name="ErrorImportance">The importance of a line of standard error.</param>
internal sealed record RunParameters(
    ResourceCommand Command, string Shown, TimeSpan? Timeout, MessageImportance OutputImportance, MessageImportance ErrorImportance)
{
    /// <summary>Reads a task's parameters.</summary>
    /// <exception cref="UsageException">One of them cannot be right; it is named.</exception>
    public static RunParameters Read(RunOnResource task)
    {
        string[] arguments = (task.Command, task.Arguments) switch
        {
            ({ } command, null or []) when command.AsSpan().Trim().Length > 0 => ["sh", "-c", command],
            (null or "", { Length: > 0 } given) => given,
            ({ Length: > 0 }, { Length: > 0 }) => throw new UsageException("RunOnResource takes Command or Arguments, not both"),
            _ => throw new UsageException("RunOnResource needs a Command, or a program and its Arguments"),
        };
        var resourceCommand = new ResourceCommand
        {
            Arguments = arguments,
            WorkingDirectory = ReadDirectory(task.WorkingDirectory),
            Environment = ReadVariables(task.EnvironmentVariables ?? []),
        };
        return new(
            resourceCommand,
            task.Command is { Length: > 0 } text ? text : string.Join(' ', arguments),
            ReadTimeout(task.Timeout),
            ReadImportance(task.StandardOutputImportance, nameof(task.StandardOutputImportance)),
            ReadImportance(task.StandardErrorImportance, nameof(task.StandardErrorImportance)));
    }

    /// <summary>The command for one of the resources, which finds its name in CRCACHE_RESOURCE.</summary>
    public ResourceCommand CommandOn(ResourceReference resource) =>
        Command with { Environment = new Dictionary<string, string>(Command.Environment) { ["CRCACHE_RESOURCE"] = resource.Name } };

    private static string? ReadDirectory(string? text) => text switch
    {
        null or "" => null,
        ['/', ..] => text,
        _ => throw new UsageException($"RunOnResource: WorkingDirectory '{text}' is relative: a resource has no project to count from, write it from / on"),
    };

    private static Dictionary<string, string> ReadVariables(string[] texts)
    {
        Dictionary<string, string> variables = [];
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new UsageException($"RunOnResource: EnvironmentVariables has '{text}': write NAME=VALUE");
            variables[text[..equals]] = text[(equals + 1)..];
        }

        return variables;
    }

    private static TimeSpan? ReadTimeout(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var timeout = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : Duration.Parse(text);
        return timeout > TimeSpan.Zero && timeout.TotalMilliseconds < int.MaxValue
            ? timeout
            : throw new UsageException($"RunOnResource: Timeout '{text}' must be above zero and below 24 days");
    }

    private static MessageImportance ReadImportance(string? text, string parameter) => text?.Trim().ToLowerInvariant() switch
    {
        null or "" or "high" => MessageImportance.High,
        "normal" => MessageImportance.Normal,
        "low" => MessageImportance.Low,
        _ => throw new UsageException($"RunOnResource: {parameter} '{text}' is none of high, normal, low"),
    };
}
