using System.Runtime.InteropServices;

namespace ManagedTransformer.Tests.Torch;

/// <summary>A tensor of a test's file: a storage with its bytes, and how the tensor looks at it.</summary>
/// <param name="Key">The storage's key.</param>
/// <param name="Storage">The storage's type.</param>
/// <param name="Bytes">The storage's bytes.</param>
/// <param name="Count">The storage's elements.</param>
/// <param name="Offset">The tensor's first element.</param>
/// <param name="Sizes">Sizes of the tensor's axes.</param>
/// <param name="Strides">Strides of the tensor's axes.</param>
internal sealed record TestTensor(string Key, string Storage, byte[] Bytes, long Count, long Offset, long[] Sizes, long[] Strides)
{
    public static TestTensor Of(string key, float[] values, params long[] sizes) => new(
        key, "FloatStorage", MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), values.Length, 0, sizes, Contiguous(sizes));

    public static TestTensor Of(string key, Half[] values, params long[] sizes) => new(
        key, "HalfStorage", MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), values.Length, 0, sizes, Contiguous(sizes));

    public static long[] Contiguous(long[] sizes)
    {
        long[] strides = new long[sizes.Length];
        for (int i = sizes.Length - 1, next = 1; i >= 0; i--)
        {
            strides[i] = next;
            next *= (int)sizes[i];
        }

        return strides;
    }
}
