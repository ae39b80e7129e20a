namespace Microsoft.Build.Framework;

/// <summary>
/// Says that a task may share MSBuild's process with others (<c>-mt</c>). MSBuild knows it by its full name only, so that a
/// package can bring its own: the MSBuild this is compiled against, the oldest that is supported, has none.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
