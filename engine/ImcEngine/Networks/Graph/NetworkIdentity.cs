using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImcEngine.Data;

namespace ImcEngine.Networks.Graph;

/// <summary>Identifies a network by what it computes: nodes with their weights and steps, shapes and preprocessing. File and network names
/// do not count.</summary>
internal static class NetworkIdentity
{
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, 
        Converters = { new ShapeConverter(), new BytesConverter<float>(), new BytesConverter<short>() },
    };

    /// <summary>Returns the SHA-256 of the network.</summary>
    /// <returns>Lower-case hex.</returns>
    public static string Sha256(Network network)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            var (mean, std, scale) = network.Preprocessing;
            JsonSerializer.Serialize(stream, new { Mean = mean, Std = std }, Options);
            // The usual scale is left out, so that networks keep the hash that they had before there was another.
            if (scale != Preprocessing.UsualScale) JsonSerializer.Serialize(stream, new { Scale = scale }, Options);
            JsonSerializer.Serialize(stream, network.Tensors, Options);
            foreach (var node in network.Nodes)
            {
                JsonSerializer.Serialize(stream, node.GetType().Name, Options);
                JsonSerializer.Serialize(stream, node, node.GetType(), Options);
            }
            JsonSerializer.Serialize(stream, network.OutputTensor, Options);
        }
        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>Writes a shape as text: its sizes are a span, which the serializer cannot write.</summary>
    private sealed class ShapeConverter : JsonConverter<TensorShape>
    {
        public override TensorShape Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException("Shapes are only written.");

        public override void Write(Utf8JsonWriter writer, TensorShape shape, JsonSerializerOptions options) =>
            writer.WriteStringValue(shape.ToString());
    }

    /// <summary>Writes weights as bytes; as text they would take seconds.</summary>
    private sealed class BytesConverter<T> : JsonConverter<T[]> where T : unmanaged
    {
        private const int ChunkElements = 1 << 20;

        public override T[] Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException("Numbers are only written.");

        public override void Write(Utf8JsonWriter writer, T[] numbers, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var chunk in numbers.Chunk(ChunkElements)) writer.WriteBase64StringValue(MemoryMarshal.AsBytes(chunk.AsSpan()));
            writer.WriteEndArray();
        }
    }
}
