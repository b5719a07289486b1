using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// Lays a struct of arguments out as a kernel reads it, a view as its address and length, and collects the memory that it refers to. A
/// number of 64 bits that is an address in a
/// buffer of the accelerator counts as a reference to everything from there to the buffer's end.
/// </summary>
internal sealed class PtxArguments
{
    private const int ViewBytes = 16, ViewAlignment = 8;
    private readonly List<(ulong Start, ulong Bytes)> _buffers = [];
    private readonly Accelerator _accelerator;
    private readonly byte[] _bytes;

    public PtxArguments(Accelerator accelerator, object arguments)
    {
        _accelerator = accelerator;
        _bytes = new byte[Layout(arguments.GetType()).Size];
        Write(arguments, 0);
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public IReadOnlyList<(ulong Start, ulong Bytes)> Buffers => _buffers;

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static bool IsView(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);

    private static (int Size, int Alignment) Layout(Type type)
    {
        if (IsView(type))
        {
            return (ViewBytes, ViewAlignment);
        }

        if (type.IsPrimitive || type.IsEnum)
        {
            int size = Marshal.SizeOf(type.IsEnum ? Enum.GetUnderlyingType(type) : type);
            return (size, size);
        }

        int end = 0, alignment = 1;
        foreach (FieldInfo field in Fields(type))
        {
            (int size, int own) = Layout(field.FieldType);
            end = Align(end, own) + size;
            alignment = Math.Max(alignment, own);
        }

        return (Align(end, alignment), alignment);
    }

    private static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private void Write(object value, int offset)
    {
        Type type = value.GetType();
        if (IsView(type))
        {
            WriteView((IContiguousArrayView)value, offset);
        }
        else if (type.IsPrimitive || type.IsEnum)
        {
            Type number = type.IsEnum ? Enum.GetUnderlyingType(type) : type;
            WriteNumber(Convert.ChangeType(value, number, System.Globalization.CultureInfo.InvariantCulture), offset);
        }
        else
        {
            int position = 0;
            foreach (FieldInfo field in Fields(type))
            {
                (int size, int alignment) = Layout(field.FieldType);
                position = Align(position, alignment);
                Write(field.GetValue(value)!, offset + position);
                position += size;
            }
        }
    }

    private void WriteView(IContiguousArrayView view, int offset)
    {
        if (view.Length == 0)
        {
            return;
        }

        ulong start = (ulong)view.Buffer.NativePtr + (ulong)view.IndexInBytes;
        _buffers.Add((start, (ulong)view.LengthInBytes));
        Unsafe.WriteUnaligned(ref _bytes[offset], start);
        Unsafe.WriteUnaligned(ref _bytes[offset + 8], view.Length);
    }

    private void WriteNumber(object number, int offset)
    {
        switch (number)
        {
            case long value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                Refer((ulong)value);
                break;
            case ulong value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                Refer(value);
                break;
            case int value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                break;
            case uint value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                break;
            case float value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                break;
            case double value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                break;
            case short value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                break;
            case ushort value:
                Unsafe.WriteUnaligned(ref _bytes[offset], value);
                break;
            case byte value:
                _bytes[offset] = value;
                break;
            case sbyte value:
                _bytes[offset] = (byte)value;
                break;
            default:
                throw new PtxFault($"the interpreter passes no {number.GetType().Name} to kernels");
        }
    }

    private void Refer(ulong address)
    {
        if (address >> 32 == 0)
        {
            return;
        }

        MethodInfo visit = typeof(Accelerator)
            .GetMethod("ForEachChildObject", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!;
        _ = visit.MakeGenericMethod(typeof(MemoryBuffer)).Invoke(_accelerator, [(Action<MemoryBuffer>)(buffer =>
        {
            ulong start = (ulong)buffer.NativePtr, bytes = (ulong)buffer.LengthInBytes;
            if (address >= start && address < start + bytes)
            {
                _buffers.Add((address, start + bytes - address));
            }
        })]);
    }
}
