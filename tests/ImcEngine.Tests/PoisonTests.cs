using System.Reflection;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests;

public class PoisonTests
{
    [Fact]
    public void Every_buffer_of_a_kernels_scratch_is_filled()
    {
        var scratch = new KernelScratch();
        // Images hold their memory themselves; the test below says that their type is known.
        var buffers = typeof(KernelScratch).GetProperties().Where(each => each.PropertyType != typeof(PackedImage))
            .ToDictionary(each => each.Name, each => (ScratchBuffer)each.GetValue(scratch)!);
        foreach (var buffer in buffers.Values) buffer.Span<byte>(100, 1).Clear();
        Assert.Equal(buffers.Keys.Select(name => $"KernelScratch.{name}._buffer").Order(StringComparer.Ordinal),
            Poison.Fill(scratch, 0xA5).Keys.Where(key => key.EndsWith("._buffer", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(buffers.Values, buffer => Assert.Equal(Enumerable.Repeat((byte)0xA5, 100), buffer.Span<byte>(100, 1).ToArray()));
        Assert.NotEmpty(buffers);
    }

    [Fact]
    public void Memory_of_a_sort_that_is_not_known_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Poison.Fill(new StringWriter(), 1));
        Assert.Throws<InvalidOperationException>(() => Poison.Fill(new List<Memory<byte>> { new byte[1] }, 1));
        Assert.Throws<InvalidOperationException>(() => Poison.Fill(new List<nint> { 1 }, 1));
    }

    /// <summary>A type that holds working memory in a way that is not known would not be filled.</summary>
    [Fact]
    public void Every_type_that_holds_working_memory_is_known()
    {
        var holders = Poison.HolderTypes.ToHashSet();
        var holding = from type in typeof(ImcException).Assembly.GetTypes()
                      where !type.Name.StartsWith('<')
                      from field in type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public
                          | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                      where TypesIn(field.FieldType).Any(holders.Contains)
                      select (Holder: type, field.FieldType);
        var found = holding.ToList();
        Assert.Contains((typeof(ThreadMemory), typeof(PackedImage)), found);
        // Runners, and tiles, which are handed what their image's thread holds.
        Assert.DoesNotContain(found, each => !holders.Contains(each.Holder) && !typeof(ITile).IsAssignableFrom(each.Holder)
            && each.FieldType != typeof(NetworkRunner));
    }

    [Fact]
    public void No_working_memory_belongs_to_a_thread_or_to_a_shared_pool()
    {
        var engine = typeof(ImcException).Assembly;
        Assert.Empty(MethodCalls.Of(engine).Where(call => call.Type.StartsWith("System.Buffers.ArrayPool", StringComparison.Ordinal)
            || call.Type.StartsWith("System.Buffers.MemoryPool", StringComparison.Ordinal)
            || call.Type.StartsWith("System.Threading.ThreadLocal", StringComparison.Ordinal)
            || (call.Type == "System.Runtime.InteropServices.NativeMemory" && call.Method.Contains("Alloc", StringComparison.Ordinal)))
            .Select(call => $"{call.Caller} calls {call.Type}.{call.Method}"));
        Assert.DoesNotContain(engine.GetTypes().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public
            | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)), field => field.IsDefined(typeof(ThreadStaticAttribute)));
    }

    private static IEnumerable<Type> TypesIn(Type type)
    {
        if (type.HasElementType) return TypesIn(type.GetElementType()!);
        return type.IsGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(TypesIn)] : [type];
    }
}
