using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Kernels;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests;

/// <summary>
/// Fills working memory with garbage, all that is reachable from an object: whoever reads of it what he has not written gets another
/// result. Fields are found by reflection, so that a buffer which is added to these types is filled too, and one of a sort that this class
/// does not know fails the test.
/// </summary>
internal static class Poison
{
    /// <summary>Types that hold working memory, each with the fields that are something else.</summary>
    private static readonly Dictionary<Type, string[]> Holders = new()
    {
        [typeof(NetworkRunner)] = ["_mapped", "_options"],
        [typeof(NetworkRunner).GetNestedType("ImageBatch", BindingFlags.NonPublic)!] = [],
        [typeof(SteppedImage)] = ["_program"],
        [typeof(ThreadMemory)] = ["Network"],
        [typeof(ImageState)] = ["_isBits", "Context", "Ticks"],
        [typeof(TensorPlaces<>)] = [],
        [typeof(TensorPool<>)] = [],
        [typeof(TileWorkers)] = [],
        [typeof(SpinWorkerPool)] = ["_gate", "_helpers", "_work", "_failure"],
        [typeof(PartialSumHistograms)] = ["_mapped", "_layers"],
        [typeof(DigitalCorrector).GetNestedType("Pass", BindingFlags.NonPublic)!] =
            ["_die", "_method", "_digital", "_macro", "_threads", "_cancellation", "_count"],
        [typeof(KernelScratch)] = [],
        [typeof(ScratchBuffer)] = [],
        [typeof(PackedImage)] = [],
    };

    public static IEnumerable<Type> HolderTypes => Holders.Keys;

    /// <returns>Bytes that were filled, by the names of the fields that lead to them.</returns>
    public static Dictionary<string, long> Fill(object memory, byte garbage)
    {
        var filled = new Dictionary<string, long>();
        Fill(memory, memory.GetType().Name, garbage, filled, new(ReferenceEqualityComparer.Instance));
        return filled;
    }

    private static void Fill(object? value, string path, byte garbage, Dictionary<string, long> filled, HashSet<object> seen)
    {
        if (value is null || (!value.GetType().IsValueType && !seen.Add(value))) return;
        var type = value.GetType();
        if (value is AlignedBuffer buffer) Add(buffer.Span<byte>((int)buffer.Length));
        else if (value is Array array && type.GetElementType()!.IsPrimitive)
            Add(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), Buffer.ByteLength(array)));
        else if (IsNumber(type)) return;
        else if (value is IDictionary dictionary) FillAll(dictionary.Values);
        else if (value is IEnumerable all and not string) FillAll(all);
        else if (type.IsGenericType && type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)) FillFields([]);
        else if (Holders.TryGetValue(type.IsGenericType ? type.GetGenericTypeDefinition() : type, out string[]? others)) FillFields(others);
        else throw new InvalidOperationException($"{path} is a {type}: is it working memory? Tell {nameof(Poison)}.");

        void Add(Span<byte> bytes)
        {
            bytes.Fill(garbage);
            filled[path] = filled.GetValueOrDefault(path) + bytes.Length;
        }

        void FillAll(IEnumerable each)
        {
            foreach (object? element in each) Fill(element, path, garbage, filled, seen);
        }

        void FillFields(string[] others)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                if (!others.Contains(NameOf(field)))
                    Fill(field.GetValue(value), $"{path}.{NameOf(field)}", garbage, filled, seen);
        }
    }

    /// <summary>Lengths and counts; an address is none.</summary>
    private static bool IsNumber(Type type) => type.IsPrimitive && type != typeof(nint) && type != typeof(nuint);

    /// <summary>Of a property or a constructor's parameter, its own name.</summary>
    private static string NameOf(FieldInfo field) => field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>')] : field.Name;
}
