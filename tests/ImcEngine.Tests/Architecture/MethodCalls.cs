using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace ImcEngine.Tests.Architecture;

/// <summary>A method that a method's body names: called, constructed, or taken as a delegate.</summary>
/// <param name="Caller">Namespace.Type.Method; of a closure, the type and method that hold it.</param>
/// <param name="Type">Full name of the declaring type, generic arity included.</param>
/// <param name="Method">Its name.</param>
/// <param name="Signature">Type arguments (of type and method) and parameter types, by full name.</param>
internal sealed record MethodCall(string Caller, string Type, string Method, string Signature);

/// <summary>Reads the IL of an assembly's methods (ECMA-335, partition III) for the methods that they name.</summary>
internal sealed class MethodCalls : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly TypeNames _names = new();

    private MethodCalls(string path)
    {
        _file = new(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    public static IReadOnlyList<MethodCall> Of(System.Reflection.Assembly assembly)
    {
        using var reader = new MethodCalls(assembly.Location);
        return [.. reader._metadata.MethodDefinitions.SelectMany(reader.CallsOf)];
    }

    public void Dispose() => _file.Dispose();

    private List<MethodCall> CallsOf(MethodDefinitionHandle handle)
    {
        var calls = new List<MethodCall>();
        var method = _metadata.GetMethodDefinition(handle);
        if (method.RelativeVirtualAddress == 0) return calls;
        string caller = CallerName(method);
        byte[] body = _file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!;
        foreach (var (kind, token) in InstructionTokens.Of(body))
            if (kind is OperandType.InlineMethod or OperandType.InlineTok) AddCall(MetadataTokens.EntityHandle(token), caller, calls);
        return calls;
    }

    private void AddCall(EntityHandle token, string caller, List<MethodCall> calls)
    {
        string arguments = "";
        if (token.Kind == HandleKind.MethodSpecification)
        {
            var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)token);
            arguments = string.Join(", ", generic.DecodeSignature(_names, null));
            token = generic.Method;
        }
        if (token.Kind == HandleKind.MethodDefinition)
        {
            var definition = _metadata.GetMethodDefinition((MethodDefinitionHandle)token);
            calls.Add(new(caller, TypeNames.Of(_metadata, definition.GetDeclaringType()), _metadata.GetString(definition.Name), arguments));
        }
        if (token.Kind != HandleKind.MemberReference) return;
        var member = _metadata.GetMemberReference((MemberReferenceHandle)token);
        if (member.GetKind() != MemberReferenceKind.Method) return;
        string type = TypeName(member.Parent);
        var signature = member.DecodeMethodSignature(_names, null);
        string described = $"<{arguments}> {type}({string.Join(", ", signature.ParameterTypes)})";
        calls.Add(new(caller, type.Split('<')[0], _metadata.GetString(member.Name), described));
    }

    private string TypeName(EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference => TypeNames.Of(_metadata, (TypeReferenceHandle)type),
        HandleKind.TypeSpecification => _metadata.GetTypeSpecification((TypeSpecificationHandle)type).DecodeSignature(_names, null),
        HandleKind.TypeDefinition => TypeNames.Of(_metadata, (TypeDefinitionHandle)type),
        _ => "",
    };

    private string CallerName(MethodDefinition method)
    {
        var type = _metadata.GetTypeDefinition(method.GetDeclaringType());
        string name = _metadata.GetString(method.Name);
        while (_metadata.GetString(type.Name).StartsWith('<') && !type.GetDeclaringType().IsNil)
        {
            // A closure, local function or state machine: <Method>b__0, <Method>g__Local|0_0, <Method>d__0.
            string typeName = _metadata.GetString(type.Name);
            if (!name.StartsWith('<') || name.StartsWith("<>", StringComparison.Ordinal)) name = typeName;
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        }
        if (name.StartsWith('<') && name.IndexOf('>') > 1) name = name[1..name.IndexOf('>')];
        return $"{TypeNames.Of(_metadata, type)}.{name}";
    }
}

/// <summary>Types of signatures as full names, <c>Namespace.Type`1&lt;Argument&gt;</c>.</summary>
internal sealed class TypeNames : ISignatureTypeProvider<string, object?>
{
    public static string Of(MetadataReader reader, TypeDefinitionHandle handle) => Of(reader, reader.GetTypeDefinition(handle));

    public static string Of(MetadataReader reader, TypeDefinition type)
    {
        string name = reader.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil) return $"{Of(reader, type.GetDeclaringType())}.{name}";
        return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public static string Of(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference) return $"{Of(reader, (TypeReferenceHandle)type.ResolutionScope)}.{name}";
        return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";
    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(reader, handle);
    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(reader, handle);
    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle,
        byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        $"{genericType}<{string.Join(", ", typeArguments)}>";
    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";
    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";
    public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[,]";
    public string GetSZArrayType(string elementType) => elementType + "[]";
    public string GetByReferenceType(string elementType) => elementType + "&";
    public string GetPointerType(string elementType) => elementType + "*";
    public string GetPinnedType(string elementType) => elementType;
    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;
    public string GetFunctionPointerType(MethodSignature<string> signature) => "method";
}
