namespace CrCache.TestAdapter.Grouping;

public sealed class TestAssembliesTests
{
    private static readonly string Here = typeof(Collections).Assembly.Location;

    [Fact]
    public void Classes_that_name_the_same_collection_are_in_it()
    {
        Assert.NotNull(Of<Collections.Named>());
        Assert.Equal(Of<Collections.Named>(), Of<Collections.NamedToo>());
        Assert.NotEqual(Of<Collections.Named>(), Of<Collections.Overrides>());
    }

    [Fact]
    public void A_class_without_a_collection_is_its_own() => Assert.Null(Of<Collections.Plain>());

    [Fact]
    public void A_base_class_counts() => Assert.Equal(Of<Collections.Named>(), Of<Collections.Inherits>());

    [Fact]
    public void A_generic_base_class_counts()
    {
        Assert.NotNull(Of<Collections.OfInt>());
        Assert.Equal(Of<Collections.OfInt>(), Of<Collections.OfList>());
    }

    [Fact]
    public void A_collection_named_by_a_type_is_one_however_the_type_is_written()
    {
        Assert.NotNull(Of<Collections.Typed>());
        Assert.Equal(Of<Collections.Typed>(), Of<Collections.TypedByArgument>());
    }

    [Theory]
    [InlineData("/nowhere/at/all.dll")]
    [InlineData("/proc/self/exe")]
    [InlineData("/")]
    public void A_file_that_is_no_assembly_has_no_collections(string path)
    {
        using var assemblies = new TestAssemblies();
        Assert.Null(assemblies.CollectionOf(path, "Some.Class"));
    }

    [Fact]
    public void A_damaged_assembly_has_no_collections_or_some_but_is_never_an_accident()
    {
        using var directory = new TemporaryDirectory();
        var bytes = File.ReadAllBytes(Here);
        var random = new Random(4711);
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes.ToArray();
            for (var b = 0; b < 2_000; b++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var path = directory.Combine($"{i}.dll");
            File.WriteAllBytes(path, damaged);
            using (var assemblies = new TestAssemblies())
                _ = assemblies.CollectionOf(path, typeof(Collections.Inherits).FullName!);
            File.Delete(path);
        }
    }

    private static string? Of<T>()
    {
        using var assemblies = new TestAssemblies();
        return assemblies.CollectionOf(Here, typeof(T).FullName!);
    }
}
