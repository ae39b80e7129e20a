namespace CrCache.TestAdapter.Grouping;

/// <summary>What an assembly of NUnit's or MSTest's says about running its tests at once.</summary>
/// <param name="IsNUnit">True where its tests are NUnit's.</param>
/// <param name="HasLevel">True where it says how many threads NUnit may use.</param>
/// <param name="Parallelize">How it asks MSTest to run its tests at once; null where it does not, and they run one by one.</param>
internal sealed record AssemblyParallelism(bool IsNUnit, bool HasLevel, (int Workers, bool IsByMethod)? Parallelize);
