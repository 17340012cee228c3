using System.Reflection;

namespace ImcEngine.Tests.Architecture;

/// <summary>A folder whose code names a type of another folder.</summary>
/// <param name="From">Folder under the project's own, "" for files beside the project.</param>
/// <param name="To">The same of the type that is named.</param>
/// <param name="Type">That names it.</param>
/// <param name="Named">The type that is named.</param>
internal sealed record FolderReference(string From, string To, Type Type, Type Named);

/// <summary>
/// References between the folders of a compiled assembly, whose namespaces follow the folders: bases, interfaces, constraints, fields,
/// signatures, locals and the instructions of bodies. Constants are copied by the compiler and leave no reference.
/// </summary>
internal static class FolderReferences
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static
        | BindingFlags.Instance;

    public static IReadOnlyList<FolderReference> Of(Assembly assembly)
    {
        string root = assembly.GetName().Name!;
        return [.. from type in assembly.GetTypes()
                   where IsOf(root, type)
                   from named in NamedBy(type).SelectMany(PartsOf).Distinct()
                   where named.Assembly == assembly && IsOf(root, named) && named.Namespace != type.Namespace
                   select new FolderReference(FolderOf(type, root), FolderOf(named, root), type, named)];
    }

    /// <summary>Not so of what the compiler and its generators add.</summary>
    private static bool IsOf(string root, Type type) => $"{type.Namespace}.".StartsWith($"{root}.", StringComparison.Ordinal);

    private static string FolderOf(Type type, string root) =>
        type.Namespace == root ? "" : type.Namespace![(root.Length + 1)..].Replace('.', '/');

    private static IEnumerable<Type> NamedBy(Type type)
    {
        if (type.BaseType is not null) yield return type.BaseType;
        foreach (var each in type.GetInterfaces()
            .Concat(type.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()))) yield return each;
        foreach (var field in type.GetFields(Declared)) yield return field.FieldType;
        foreach (var method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            foreach (var each in NamedBy(method)) yield return each;
    }

    private static IEnumerable<Type> NamedBy(MethodBase method)
    {
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [], ofType = method.DeclaringType!.GetGenericArguments();
        if (method is MethodInfo { ReturnType: var result }) yield return result;
        foreach (var parameter in method.GetParameters()) yield return parameter.ParameterType;
        foreach (var constraint in ofMethod.SelectMany(argument => argument.GetGenericParameterConstraints())) yield return constraint;
        if (method.GetMethodBody() is not { } body) yield break;
        foreach (var local in body.LocalVariables) yield return local.LocalType;
        foreach (var (_, token) in InstructionTokens.Of(body.GetILAsByteArray()!))
        {
            var member = method.Module.ResolveMember(token, ofType, ofMethod)!;
            yield return member as Type ?? member.DeclaringType!;
            if (member is MethodInfo { IsGenericMethod: true } generic)
                foreach (var argument in generic.GetGenericArguments()) yield return argument;
        }
    }

    /// <summary>Element types and type arguments, and the type itself.</summary>
    private static IEnumerable<Type> PartsOf(Type type)
    {
        if (type.HasElementType) return PartsOf(type.GetElementType()!);
        if (type.IsGenericParameter) return [];
        return type.IsConstructedGenericType
            ? type.GetGenericArguments().SelectMany(PartsOf).Append(type.GetGenericTypeDefinition()) : [type];
    }
}
