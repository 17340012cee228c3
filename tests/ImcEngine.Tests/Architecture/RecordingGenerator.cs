using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace ImcEngine.Tests.Architecture;

/// <summary>Passes on what is emitted, and notes the methods that the emitted code calls.</summary>
internal sealed class RecordingGenerator(ILGenerator il) : ILGenerator
{
    private readonly HashSet<MethodBase> _called = [];

    public IReadOnlySet<MethodBase> Called => _called;

    public override int ILOffset => il.ILOffset;

    /// <summary>Of a method that is never run.</summary>
    public static RecordingGenerator OfNewMethod(params Type[] parameters) =>
        new(new DynamicMethod("recorded", typeof(void), parameters, typeof(RecordingGenerator).Module, skipVisibility: true)
            .GetILGenerator());

    public override void Emit(OpCode opcode, MethodInfo meth)
    {
        _called.Add(meth);
        il.Emit(opcode, meth);
    }

    public override void Emit(OpCode opcode, ConstructorInfo con)
    {
        _called.Add(con);
        il.Emit(opcode, con);
    }

    public override void EmitCall(OpCode opcode, MethodInfo methodInfo, Type[]? optionalParameterTypes)
    {
        _called.Add(methodInfo);
        il.EmitCall(opcode, methodInfo, optionalParameterTypes);
    }

    public override void EmitCalli(OpCode opcode, CallingConventions callingConvention, Type? returnType, Type[]? parameterTypes,
        Type[]? optionalParameterTypes) => throw new NotSupportedException("Which method an address leads to is not known.");

    public override void EmitCalli(OpCode opcode, CallingConvention unmanagedCallConv, Type? returnType, Type[]? parameterTypes) =>
        throw new NotSupportedException("Which method an address leads to is not known.");

    public override void BeginCatchBlock(Type? exceptionType) => il.BeginCatchBlock(exceptionType);
    public override void BeginExceptFilterBlock() => il.BeginExceptFilterBlock();
    public override Label BeginExceptionBlock() => il.BeginExceptionBlock();
    public override void BeginFaultBlock() => il.BeginFaultBlock();
    public override void BeginFinallyBlock() => il.BeginFinallyBlock();
    public override void BeginScope() => il.BeginScope();
    public override LocalBuilder DeclareLocal(Type localType, bool pinned) => il.DeclareLocal(localType, pinned);
    public override Label DefineLabel() => il.DefineLabel();
    public override void Emit(OpCode opcode) => il.Emit(opcode);
    public override void Emit(OpCode opcode, byte arg) => il.Emit(opcode, arg);
    public override void Emit(OpCode opcode, double arg) => il.Emit(opcode, arg);
    public override void Emit(OpCode opcode, short arg) => il.Emit(opcode, arg);
    public override void Emit(OpCode opcode, int arg) => il.Emit(opcode, arg);
    public override void Emit(OpCode opcode, long arg) => il.Emit(opcode, arg);
    public override void Emit(OpCode opcode, Label label) => il.Emit(opcode, label);
    public override void Emit(OpCode opcode, Label[] labels) => il.Emit(opcode, labels);
    public override void Emit(OpCode opcode, LocalBuilder local) => il.Emit(opcode, local);
    public override void Emit(OpCode opcode, SignatureHelper signature) => il.Emit(opcode, signature);
    public override void Emit(OpCode opcode, FieldInfo field) => il.Emit(opcode, field);
    public override void Emit(OpCode opcode, float arg) => il.Emit(opcode, arg);
    public override void Emit(OpCode opcode, string str) => il.Emit(opcode, str);
    public override void Emit(OpCode opcode, Type cls) => il.Emit(opcode, cls);
    public override void EndExceptionBlock() => il.EndExceptionBlock();
    public override void EndScope() => il.EndScope();
    public override void MarkLabel(Label loc) => il.MarkLabel(loc);
    public override void UsingNamespace(string usingNamespace) => il.UsingNamespace(usingNamespace);
}
