using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImcEngine.Networks.Graph;

/// <summary>Tells networks apart by what they compute: nodes with their weights and steps, shapes and preprocessing;
/// not by file or name.</summary>
internal static class NetworkIdentity
{
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, 
        Converters = { new ShapeConverter(), new BytesConverter<float>(), new BytesConverter<short>() },
    };

    /// <returns>Lower-case hex.</returns>
    public static string Sha256(Network network)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            JsonSerializer.Serialize(stream, network.Preprocessing, Options);
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

    /// <summary>Its sizes are a span, which no serializer takes.</summary>
    private sealed class ShapeConverter : JsonConverter<TensorShape>
    {
        public override TensorShape Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException("Shapes are only written.");

        public override void Write(Utf8JsonWriter writer, TensorShape shape, JsonSerializerOptions options) =>
            writer.WriteStringValue(shape.ToString());
    }

    /// <summary>Weights as bytes: as text they would take seconds.</summary>
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
