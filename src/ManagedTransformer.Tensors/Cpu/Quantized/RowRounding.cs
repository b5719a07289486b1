using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>Rounds rows of a matrix of floats to small integers with scales (<see cref="QuantizedMatrix"/>).</summary>
internal unsafe struct RowRounding : IRangeJob
{
    private const int GroupSize = QuantizedMatrix.GroupSize, Half = GroupSize / 2;

    public float* Source;
    public byte* Codes;
    public ushort* Scales;
    public int Width;
    public DType Type;

    /// <summary>Becomes 1 where a number is not finite.</summary>
    public int* Fault;

    public readonly void Execute(long start, long end)
    {
        float* x = stackalloc float[GroupSize];
        int* codes = stackalloc int[GroupSize];
        int groups = QuantizedMatrix.GroupsOf(Width);
        long bytes = QuantizedMatrix.BytesOf(Type, Width);
        for (long row = start; row < end; row++)
        {
            for (int group = 0; group < groups; group++)
            {
                int length = Math.Min(GroupSize, Width - (group * GroupSize));
                Span<float> values = new(x, GroupSize);
                new ReadOnlySpan<float>(Source + (row * Width) + (group * GroupSize), length).CopyTo(values);
                values[length..].Clear();
                if (!AreFinite(values))
                {
                    *Fault = 1;
                    return;
                }

                ref ushort scale = ref Scales[(row * groups) + group];
                byte* place = Codes + (row * bytes);
                if (Type == DType.Int8)
                {
                    scale = GroupRounding.ToInt8(x, codes);
                    for (int i = 0; i < length; i++)
                    {
                        place[(group * GroupSize) + i] = (byte)codes[i];
                    }
                }
                else
                {
                    scale = GroupRounding.ToInt4(x, codes);
                    for (int i = 0; i < Half; i++)
                    {
                        place[(group * Half) + i] = (byte)((codes[i] & 15) | (codes[i + Half] << 4));
                    }
                }
            }
        }
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
