using System.Runtime.InteropServices;
using System.Text;

namespace ManagedTransformer.LlamaCpp;

/// <summary>
/// Writes a GGUF file, version 3, little-endian: counts, keys with typed values, tensors with name, sizes (the innermost first), type and
/// place, then their elements, each tensor from a multiple of 32 bytes on.
/// </summary>
internal sealed class GgufWriter
{
    private const int Alignment = 32, GroupSize = 32;
    private const uint Version = 3, Unsigned32 = 4, Real32 = 6, Text = 8;

    private readonly List<(string Key, Action<BinaryWriter> Write)> _values = [];
    private readonly List<(string Name, long[] Shape, GgufType Type, Func<float[]> Values)> _tensors = [];

    public void Add(string key, string value) => _values.Add((key, writer =>
    {
        writer.Write(Text);
        WriteText(writer, value);
    }));

    public void Add(string key, int value) => _values.Add((key, writer =>
    {
        writer.Write(Unsigned32);
        writer.Write(value);
    }));

    public void Add(string key, float value) => _values.Add((key, writer =>
    {
        writer.Write(Real32);
        writer.Write(value);
    }));

    /// <summary>Adds a tensor, whose values are asked for when it is written.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The outermost size first.</param>
    /// <param name="type">The type of its elements; of Q8, rows are whole groups.</param>
    /// <param name="values">Row-major.</param>
    public void Add(string name, long[] shape, GgufType type, Func<float[]> values) => _tensors.Add((name, shape, type, values));

    public void Write(string path)
    {
        using BinaryWriter writer = new(File.Create(path));
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((long)_tensors.Count);
        writer.Write((long)_values.Count);
        foreach ((string key, Action<BinaryWriter> write) in _values)
        {
            WriteText(writer, key);
            write(writer);
        }

        long offset = 0;
        foreach ((string name, long[] shape, GgufType type, _) in _tensors)
        {
            WriteText(writer, name);
            writer.Write(shape.Length);
            foreach (long size in shape.Reverse())
            {
                writer.Write(size);
            }

            writer.Write((int)type);
            writer.Write(offset);
            offset = RoundUp(offset + Bytes(shape, type));
        }

        foreach ((_, _, GgufType type, Func<float[]> values) in _tensors)
        {
            Pad(writer);
            WriteElements(writer, type, values());
        }

        Pad(writer);
    }

    private static void WriteElements(BinaryWriter writer, GgufType type, float[] values)
    {
        switch (type)
        {
            case GgufType.Float32:
                writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
                break;
            case GgufType.BFloat16:
                ushort[] halves = Array.ConvertAll(values, value =>
                {
                    uint bits = BitConverter.SingleToUInt32Bits(value);
                    return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
                });
                writer.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
                break;
            default:
                WriteGroups(writer, values);
                break;
        }
    }

    private static void WriteGroups(BinaryWriter writer, float[] values)
    {
        byte[] codes = new byte[GroupSize];
        for (int start = 0; start < values.Length; start += GroupSize)
        {
            ReadOnlySpan<float> group = values.AsSpan(start, GroupSize);
            float largest = 0;
            foreach (float value in group)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            float scale = largest / 127;
            for (int i = 0; i < GroupSize; i++)
            {
                codes[i] = (byte)(sbyte)(scale == 0 ? 0 : MathF.Round(group[i] / scale));
            }

            writer.Write((Half)scale);
            writer.Write(codes);
        }
    }

    private static long Bytes(long[] shape, GgufType type)
    {
        long count = shape.Aggregate(1L, (product, size) => product * size);
        return type switch
        {
            GgufType.Float32 => 4 * count,
            GgufType.BFloat16 => 2 * count,
            _ => count / GroupSize * (GroupSize + 2),
        };
    }

    private static long RoundUp(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        long place = writer.BaseStream.Position;
        writer.Write(new byte[RoundUp(place) - place]);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        writer.Write((long)utf8.Length);
        writer.Write(utf8);
    }
}
