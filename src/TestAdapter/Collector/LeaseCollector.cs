using System.Diagnostics.CodeAnalysis;
using System.Xml;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.DataCollection;

namespace CrCache.TestAdapter;

/// <summary>
/// Leases resources for a test run, before its test host starts, and gives them back when it has ended. It collects
/// nothing: data collectors are the one part of the test platform that lives exactly as long as a run.
/// </summary>
[DataCollectorFriendlyName("CrCache")]
[DataCollectorTypeUri("datacollector://CrCache/TestAdapter/1.0")]
public sealed class LeaseCollector : DataCollector, ITestExecutionEnvironmentSpecifier
{
    private DataCollectionEvents? _events;
    private DataCollectionLogger? _logger;
    private DataCollectionContext? _context;
    private Handover? _handover;
    private RunLeases? _leases;
    private int _isReleased;

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "vstest runs the tests, here and unspread, where a collector throws: every failure must reach the fan-out host instead.")]
    public override void Initialize(
        XmlElement? configurationElement,
        DataCollectionEvents events,
        DataCollectionSink dataSink,
        DataCollectionLogger logger,
        DataCollectionEnvironmentContext? environmentContext)
    {
        _events = events;
        _logger = logger;
        _context = environmentContext?.SessionDataCollectionContext;
        if (events is not null)
            events.SessionEnd += OnSessionEnd;

        var directory = Environment.CurrentDirectory;
        var source = "";
        RunOptions options = new();
        try
        {
            var settings = CollectorSettings.Read(configurationElement, directory);
            (source, directory, options) = (settings.Source, settings.Directory, settings.Options);
            foreach (var name in settings.Unknown)
                Warn($"CrCache: the data collector has no setting '{name}': Source, Count, SlotsPerResource, Distribution, Retries, RetryOn, Wait, Fallback and Directory are its settings");
            var engine = CrCacheEngine.Open(new EngineOptions { Directory = directory, SearchParents = true });
            _leases = Task.Run(() => RunLeases.AcquireAsync(engine, settings, CancellationToken.None)).GetAwaiter().GetResult();
            _handover = new Handover { Source = source, Directory = directory, Resources = _leases.Resources, Options = settings.Options };
        }
        catch (CrCacheException e)
        {
            // A wrong setting is wrong wherever the tests run.
            options = options with { FallsBack = options.FallsBack && e is not (ConfigurationException or UsageException) };
            _handover = new Handover { Source = source, Directory = directory, Options = options, Error = Line(e) };
            if (options.FallsBack)
                Warn($"{Line(e)}; the tests run here (CrCacheFallback=local)");
        }
        catch (Exception e)
        {
            _handover = new Handover { Source = source, Directory = directory, Error = $"{ErrorCodes.TestsNotSpread}: {e.GetType().Name}: {e.Message}" };
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> GetTestExecutionEnvironmentVariables() => _handover?.ToVariables() ?? [];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_events is not null)
                _events.SessionEnd -= OnSessionEnd;
            Release();
        }

        base.Dispose(disposing);
    }

    private static string Line(CrCacheException e)
    {
        var line = e.Location is { } location ? $"{location}: error {e.Code}: {e.Message}" : $"{e.Code}: {e.Message}";
        return e is NothingAvailableException { Holders: { Count: > 0 } holders } ? $"{line} ({string.Join("; ", holders)})" : line;
    }

    private void OnSessionEnd(object? sender, SessionEndEventArgs e) => Release();

    private void Release()
    {
        if (_leases is not { } leases || Interlocked.Exchange(ref _isReleased, 1) != 0)
            return;

        try
        {
            Task.Run(leases.ReleaseAsync).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is CrCacheException or OperationCanceledException)
        {
            Warn(e is CrCacheException c ? Line(c) : $"{ErrorCodes.DiscardFailed}: the resources could not be given back in time; the next command does it");
        }
    }

    private void Warn(string text)
    {
        if (_context is not null)
            _logger?.LogWarning(_context, text);
    }
}
