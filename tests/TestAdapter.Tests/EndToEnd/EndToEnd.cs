namespace CrCache.TestAdapter.EndToEnd;

/// <summary>Tests that run real <c>dotnet test</c> processes take turns: each is several processes already.</summary>
[CollectionDefinition(nameof(EndToEnd))]
public sealed class EndToEnd;
