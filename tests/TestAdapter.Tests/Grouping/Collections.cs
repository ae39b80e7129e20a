#pragma warning disable xUnit1000 // These classes hold no tests: they are what grouping reads about.
namespace CrCache.TestAdapter.Grouping;

internal static class Collections
{
    internal sealed class Definition;

    internal sealed class Plain;

    [Collection("shared")]
    internal sealed class Named;

    [Collection("shared")]
    internal class NamedToo;

    internal sealed class Inherits : NamedToo;

    [Collection("other")]
    internal sealed class Overrides : NamedToo;

    [Collection(typeof(Definition))]
    internal sealed class Typed;

    [Collection<Definition>]
    internal sealed class TypedByArgument;

    [Collection("generic")]
    internal abstract class Generic<T>
    {
        public T? Value { get; init; }
    }

    internal sealed class OfInt : Generic<int>;

    internal sealed class OfList : Generic<List<string>>;
}
