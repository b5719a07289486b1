using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Conversions from the element types of safetensors files to those of tensors.</summary>
internal static class SafetensorsElements
{
    /// <summary>True if bytes in a file and values in memory are the same, so that no conversion is needed.</summary>
    public static bool AreNative(SafetensorsType type) =>
        BitConverter.IsLittleEndian && type is SafetensorsType.Float32 or SafetensorsType.Int32;

    /// <summary>Reader of floating-point elements (binary64 is rounded to nearest even, the others are exact); null for integers.</summary>
    public static ElementConverter<float>? Floats(SafetensorsType type) => type switch
    {
        SafetensorsType.Float64 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]);
            }
        }
        ,
        SafetensorsType.Float32 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]);
            }
        }
        ,
        SafetensorsType.Float16 when BitConverter.IsLittleEndian => static (source, destination) =>
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination),
        SafetensorsType.Float16 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * i)..]);
            }
        }
        ,
        SafetensorsType.BFloat16 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]) << 16);
            }
        }
        ,
        _ => null,
    };

    /// <summary>
    /// Reader of integers (true is 1); null for floating-point elements. A 64-bit integer out of range throws an <see
    /// cref="OverflowException"/>.
    /// </summary>
    public static ElementConverter<int>? Integers(SafetensorsType type) => type switch
    {
        SafetensorsType.Int64 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = checked((int)BinaryPrimitives.ReadInt64LittleEndian(source[(8 * i)..]));
            }
        }
        ,
        SafetensorsType.Int32 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = BinaryPrimitives.ReadInt32LittleEndian(source[(4 * i)..]);
            }
        }
        ,
        SafetensorsType.Int16 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = BinaryPrimitives.ReadInt16LittleEndian(source[(2 * i)..]);
            }
        }
        ,
        SafetensorsType.Int8 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = (sbyte)source[i];
            }
        }
        ,
        SafetensorsType.UInt8 => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = source[i];
            }
        }
        ,
        SafetensorsType.Boolean => static (source, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = source[i] == 0 ? 0 : 1;
            }
        }
        ,
        _ => null,
    };

    /// <summary>Reads 64-bit integers as they are.</summary>
    public static void Longs(ReadOnlySpan<byte> source, Span<long> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = BinaryPrimitives.ReadInt64LittleEndian(source[(8 * i)..]);
        }
    }
}
