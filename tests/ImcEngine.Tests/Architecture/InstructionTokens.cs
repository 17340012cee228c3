using System.Reflection.Emit;

namespace ImcEngine.Tests.Architecture;

/// <summary>The metadata tokens that the instructions of a method's body name (ECMA-335, partition III).</summary>
internal static class InstructionTokens
{
    private const byte TwoByteOpCode = 0xFE;

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    /// <returns>Tokens of methods, types and fields, in order; of any of these for the instruction that takes all kinds.</returns>
    public static IEnumerable<(OperandType Kind, int Token)> Of(byte[] body)
    {
        for (int at = 0; at < body.Length;)
        {
            int code = body[at++];
            if (code == TwoByteOpCode) code = code << 8 | body[at++];
            var operand = Operands[code];
            if (operand is OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineField or OperandType.InlineTok)
                yield return (operand, BitConverter.ToInt32(body, at));
            at += operand == OperandType.InlineSwitch ? sizeof(int) * (1 + BitConverter.ToInt32(body, at)) : OperandBytes(operand);
        }
    }

    private static int OperandBytes(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
