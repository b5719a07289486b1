using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Checkpoints.Adapters;

/// <summary>A checksum of the weights of a model as they are in memory, the same in whatever format they were stored.</summary>
internal static class WeightChecksum
{
    private const int ChunkElements = 1 << 18;

    /// <summary>SHA-256 of names, shapes and Float32 values of all parameters and buffers but those of adapters.</summary>
    /// <param name="module">The model.</param>
    /// <returns>Hexadecimal digits.</returns>
    public static string Of(Module module)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        float[] chunk = new float[ChunkElements];
        foreach ((string name, Tensor tensor) in ModuleWeights.Tensors(module).Where(named => !LoraAdapters.IsAdapter(named.Name)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {tensor.Shape}\n"));
            Tensor flat = tensor.Detach().Reshape(new Shape(checked((int)tensor.Count)));
            for (int start = 0; start < tensor.Count; start += ChunkElements)
            {
                Span<float> values = chunk.AsSpan(0, (int)Math.Min(ChunkElements, tensor.Count - start));
                flat.Slice(0, start, values.Length).CopyTo(values);
                hash.AppendData(MemoryMarshal.AsBytes(values));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
