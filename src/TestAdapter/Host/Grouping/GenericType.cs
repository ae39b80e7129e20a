using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace CrCache.TestAdapter.Grouping;

/// <summary>A type in a signature: the open generic type and its first argument, both nil where there is none.</summary>
internal readonly record struct GenericType(EntityHandle Definition, EntityHandle Argument)
{
    /// <summary>Reads a type's signature.</summary>
    public static GenericType Of(MetadataReader metadata, TypeSpecificationHandle handle) =>
        metadata.GetTypeSpecification(handle).DecodeSignature(new Decoder(), null);

    private sealed class Decoder : ISignatureTypeProvider<GenericType, object?>
    {
        public GenericType GetGenericInstantiation(GenericType genericType, ImmutableArray<GenericType> typeArguments) =>
            new(genericType.Definition, typeArguments is [var first, ..] ? first.Definition : default);

        public GenericType GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => new(handle, default);

        public GenericType GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => new(handle, default);

        public GenericType GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public GenericType GetModifiedType(GenericType modifier, GenericType unmodifiedType, bool isRequired) => unmodifiedType;

        public GenericType GetPinnedType(GenericType elementType) => elementType;

        public GenericType GetArrayType(GenericType elementType, ArrayShape shape) => default;

        public GenericType GetByReferenceType(GenericType elementType) => default;

        public GenericType GetFunctionPointerType(MethodSignature<GenericType> signature) => default;

        public GenericType GetGenericMethodParameter(object? genericContext, int index) => default;

        public GenericType GetGenericTypeParameter(object? genericContext, int index) => default;

        public GenericType GetPointerType(GenericType elementType) => default;

        public GenericType GetPrimitiveType(PrimitiveTypeCode typeCode) => default;

        public GenericType GetSZArrayType(GenericType elementType) => default;
    }
}
