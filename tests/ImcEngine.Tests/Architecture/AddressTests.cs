using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Images;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Architecture;

/// <summary>The garbage collector moves arrays, and a raw pointer does not follow. So addresses are taken of pinned memory alone: in <see
/// cref="AlignedBuffer"/>, or by <c>fixed</c>.</summary>
public class AddressTests
{
    private static readonly HashSet<string> Takers = ["AsPointer", "UnsafeAddrOfPinnedArrayElement", "GetArrayDataReference"];

    [Fact]
    public void Only_the_aligned_buffer_takes_the_address_of_an_array_that_no_fixed_statement_holds()
    {
        var takers = new[] { typeof(ImcException).Assembly, typeof(ModelException).Assembly, typeof(ImageSource).Assembly }
            .SelectMany(MethodCalls.Of).Where(call => Takers.Contains(call.Method)).Select(call => call.Caller);
        Assert.Equal([$"{typeof(AlignedBuffer).FullName}..ctor"], takers);
    }

    [Fact]
    public void The_scan_sees_an_address_that_is_taken()
    {
        Assert.NotEqual(0, Taken([1]));
        Assert.Contains(MethodCalls.Of(typeof(AddressTests).Assembly), call =>
            call.Method == "AsPointer" && call.Caller == $"{typeof(AddressTests).FullName}.{nameof(Taken)}");
    }

    private static unsafe nint Taken(int[] array) => (nint)Unsafe.AsPointer(ref array[0]);
}
