using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace CrCache.TestAdapter.Grouping;

/// <summary>What an assembly's metadata says about what its test classes share: xUnit's collections, and which of them depend on others.</summary>
internal sealed class TestAssembly : IDisposable
{
    // Inheritance that goes deeper than this is a damaged file that refers to itself.
    private const int DeepestInheritance = 100;

    private static readonly char[] Ends = ['.', '(', '<'];

    private static readonly string[] Dependencies =
        ["NUnit.Framework.DependsOnFixtureAttribute", "Microsoft.VisualStudio.TestTools.UnitTesting.DependsOnAttribute"];

    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly string _directory;
    private readonly TestAssemblies _others;
    private readonly Dictionary<string, TypeDefinitionHandle> _types = new(StringComparer.Ordinal);

    private TestAssembly(PEReader image, string directory, TestAssemblies others)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _directory = directory;
        _others = others;
        foreach (var handle in _metadata.TypeDefinitions)
            _types[NameOf(handle)] = handle;
        foreach (var attribute in AssemblyAttributes("Xunit.CollectionBehaviorAttribute"))
            ReadBehavior(attribute);
    }

    /// <summary>True where all classes that name no collection are one: CollectionPerAssembly, or a factory that only running it explains.</summary>
    public bool IsOneCollection { get; private set; }

    /// <summary>True where the assembly itself says how many threads xUnit may use.</summary>
    public bool SetsMaximumParallelThreads { get; private set; }

    /// <summary>What the assembly says about threads in NUnit's and MSTest's terms.</summary>
    public AssemblyParallelism Parallelism => new(
        Refers("nunit.framework"),
        AssemblyAttributes("NUnit.Framework.LevelOfParallelismAttribute").Any(),
        AssemblyAttributes("Microsoft.VisualStudio.TestTools.UnitTesting.ParallelizeAttribute").Select(ReadParallelize).FirstOrDefault());

    /// <summary>Reads an assembly; null where there is none.</summary>
    public static TestAssembly? TryOpen(string path, TestAssemblies others)
    {
        PEReader? image = null;
        try
        {
            image = new PEReader(File.OpenRead(path));
            if (image.HasMetadata)
                return new TestAssembly(image, Path.GetDirectoryName(path)!, others);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || TestAssemblies.IsDamage(e))
        {
            // Without metadata each class is its own group, as where a framework has no collections.
        }

        image?.Dispose();
        return null;
    }

    /// <summary>The collection that a class, or the nearest of its base classes, names; null where none does.</summary>
    public string? CollectionOf(string className) => CollectionOf(className, 0);

    /// <summary>The class that a test's full name begins with; null where there is none: arguments of a class, or a name that somebody gave a test, may hold anything.</summary>
    public string? ClassIn(string fullName)
    {
        for (var end = fullName.IndexOfAny(Ends); end > 0; end = fullName.IndexOfAny(Ends, end + 1))
            if (_types.ContainsKey(fullName[..end]))
                return fullName[..end];
            else if (fullName[end] == '<' && _types.Keys.FirstOrDefault(t => t.StartsWith($"{fullName[..end]}`", StringComparison.Ordinal)) is { } generic)
                return generic;
        return null;
    }

    /// <summary>The classes that a class, one of its methods, or a base class in this assembly is to come after: their outcome decides whether it runs at all.</summary>
    public IReadOnlyList<string> DependenciesOf(string className)
    {
        List<string> names = [];
        for (var depth = 0; depth < DeepestInheritance && _types.TryGetValue(className, out var handle); depth++)
        {
            var type = _metadata.GetTypeDefinition(handle);
            names.AddRange(Attributes(type.GetCustomAttributes(), Dependencies)
                .Concat(type.GetMethods().SelectMany(m => Attributes(_metadata.GetMethodDefinition(m).GetCustomAttributes(), Dependencies)))
                .Select(a => a.DecodeValue(AttributeValue.Provider).FixedArguments)
                .Where(a => a is [{ Type: AttributeValue.SystemType, Value: string }, ..])
                .Select(a => ((string)a[0].Value!).Split(',')[0]));
            className = type.BaseType is { IsNil: false, Kind: HandleKind.TypeDefinition } parent ? NameOf(parent) : "";
        }

        return names;
    }

    /// <inheritdoc/>
    public void Dispose() => _image.Dispose();

    private string? CollectionOf(string className, int depth)
    {
        if (depth > DeepestInheritance || !_types.TryGetValue(className, out var handle))
            return null;

        var type = _metadata.GetTypeDefinition(handle);
        foreach (var attribute in Attributes(type.GetCustomAttributes(), "Xunit.CollectionAttribute", "Xunit.CollectionAttribute`1"))
            return CollectionNamedBy(attribute);
        return type.BaseType.IsNil ? null : BaseCollection(type.BaseType, depth + 1);
    }

    private string? BaseCollection(EntityHandle baseType, int depth)
    {
        switch (baseType.Kind)
        {
            case HandleKind.TypeDefinition:
                return CollectionOf(NameOf((TypeDefinitionHandle)baseType), depth);
            case HandleKind.TypeReference:
                var reference = _metadata.GetTypeReference((TypeReferenceHandle)baseType);
                return HomeOf(reference)?.CollectionOf(NameOf(reference), depth);
            case HandleKind.TypeSpecification:
                // A generic base class: its own attributes count, whatever it is made of.
                var generic = GenericType.Of(_metadata, (TypeSpecificationHandle)baseType).Definition;
                return generic.IsNil ? null : BaseCollection(generic, depth);
            default:
                return null;
        }
    }

    private TestAssembly? HomeOf(TypeReference reference)
    {
        while (reference.ResolutionScope.Kind == HandleKind.TypeReference)
            reference = _metadata.GetTypeReference((TypeReferenceHandle)reference.ResolutionScope);
        if (reference.ResolutionScope.Kind != HandleKind.AssemblyReference)
            return null;

        var assembly = _metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope);
        return _others.Open(Path.Combine(_directory, $"{_metadata.GetString(assembly.Name)}.dll"));
    }

    private string CollectionNamedBy(CustomAttribute attribute)
    {
        // The generic form names the class by the attribute's own type.
        if (attribute.Constructor.Kind == HandleKind.MemberReference
            && _metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeSpecification } parent)
            return $"type {NameOf(GenericType.Of(_metadata, (TypeSpecificationHandle)parent).Argument)}";

        var arguments = attribute.DecodeValue(AttributeValue.Provider).FixedArguments;
        return arguments is [{ Value: string name }, ..]
            ? arguments[0].Type == AttributeValue.SystemType ? $"type {name.Split(',')[0]}" : $"name {name}"
            : "unnamed";
    }

    private void ReadBehavior(CustomAttribute attribute)
    {
        var value = attribute.DecodeValue(AttributeValue.Provider);
        SetsMaximumParallelThreads |= value.NamedArguments.Any(a => a.Name == "MaxParallelThreads");
        IsOneCollection |= value.FixedArguments switch
        {
            [] => false,
            [{ Value: int behavior }] => behavior == 0,
            _ => true,
        };
    }

    /// <summary>How MSTest's attribute wants it: the number of threads, 0 for as many as there are cores, and whether methods of a class run at once.</summary>
    private static (int Workers, bool IsByMethod)? ReadParallelize(CustomAttribute attribute)
    {
        var named = attribute.DecodeValue(AttributeValue.Provider).NamedArguments;
        return (
            named.FirstOrDefault(a => a.Name == "Workers").Value as int? ?? 0,
            named.FirstOrDefault(a => a.Name == "Scope").Value is 1);
    }

    private bool Refers(string assembly) =>
        _metadata.AssemblyReferences.Any(r => _metadata.StringComparer.Equals(_metadata.GetAssemblyReference(r).Name, assembly));

    private IEnumerable<CustomAttribute> AssemblyAttributes(string name) => Attributes(_metadata.GetAssemblyDefinition().GetCustomAttributes(), name);

    private IEnumerable<CustomAttribute> Attributes(CustomAttributeHandleCollection handles, params string[] names) =>
        handles.Select(_metadata.GetCustomAttribute).Where(a => names.Contains(AttributeName(a)));

    private string? AttributeName(CustomAttribute attribute)
    {
        var type = attribute.Constructor.Kind switch
        {
            HandleKind.MemberReference => _metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent,
            HandleKind.MethodDefinition => _metadata.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType(),
            _ => default(EntityHandle),
        };
        if (type.Kind == HandleKind.TypeSpecification)
            type = GenericType.Of(_metadata, (TypeSpecificationHandle)type).Definition;
        return type.Kind switch
        {
            HandleKind.TypeReference when !type.IsNil => NameOf(type),
            HandleKind.TypeDefinition when !type.IsNil => NameOf(type),
            _ => null,
        };
    }

    private string NameOf(EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference => NameOf(_metadata.GetTypeReference((TypeReferenceHandle)type)),
        HandleKind.TypeDefinition when !type.IsNil => NameOf((TypeDefinitionHandle)type),
        _ => "unnamed",
    };

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var name = _metadata.GetString(type.Name);
        return type.IsNested ? $"{NameOf(type.GetDeclaringType())}+{name}"
            : type.Namespace.IsNil ? name
            : $"{_metadata.GetString(type.Namespace)}.{name}";
    }

    private string NameOf(TypeReference type)
    {
        var name = _metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(_metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope))}+{name}"
            : type.Namespace.IsNil ? name : $"{_metadata.GetString(type.Namespace)}.{name}";
    }
}
