using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors;

/// <summary>
/// Aligned native blocks, reused by size class (eight classes per power of two, so at most an eighth is wasted). A training step asks for
/// the same sizes every time: after the first step nothing is allocated from the operating system.
/// </summary>
internal sealed unsafe class NativeMemoryPool
{
    public const int Alignment = 64;
    private const int MinimumBlock = 256;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Stack<nint>> _free = [];
    private long _allocatedBytes;

    /// <summary>Bytes taken from the operating system and not given back: in use or idle.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>The bytes that a request of this many bytes really takes.</summary>
    public static long BlockSize(long bytes)
    {
        if (bytes <= MinimumBlock)
        {
            return MinimumBlock;
        }

        int exponent = BitOperations.Log2((ulong)(bytes - 1));
        long step = 1L << Math.Max(exponent - 3, 6);
        return (bytes + step - 1) / step * step;
    }

    /// <summary>A block of at least the given bytes; its content is undefined.</summary>
    /// <exception cref="OutOfMemoryException">The operating system has no such block.</exception>
    public byte* Rent(long bytes)
    {
        long size = BlockSize(bytes);
        lock (_gate)
        {
            if (_free.TryGetValue(size, out Stack<nint>? blocks) && blocks.Count > 0)
            {
                return (byte*)blocks.Pop();
            }
        }

        bool isLarge = size >= HugePages.LeastBlock;
        byte* block = Allocate(size, isLarge ? HugePages.Size : (nuint)Alignment);
        if (isLarge)
        {
            HugePages.Advise(block, size);
        }

        Interlocked.Add(ref _allocatedBytes, size);
        return block;
    }

    /// <summary>Takes a block back.</summary>
    /// <param name="block">From <see cref="Rent"/>.</param>
    /// <param name="bytes">The size that was asked for.</param>
    public void Return(byte* block, long bytes)
    {
        long size = BlockSize(bytes);
        lock (_gate)
        {
            if (!_free.TryGetValue(size, out Stack<nint>? blocks))
            {
                _free[size] = blocks = new Stack<nint>();
            }

            blocks.Push((nint)block);
        }
    }

    /// <summary>Gives all idle blocks back to the operating system.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            foreach ((long size, Stack<nint> blocks) in _free)
            {
                _allocatedBytes -= size * blocks.Count;
                while (blocks.TryPop(out nint block))
                {
                    NativeMemory.AlignedFree((void*)block);
                }
            }
        }
    }

    private byte* Allocate(long size, nuint alignment)
    {
        try
        {
            return (byte*)NativeMemory.AlignedAlloc((nuint)size, alignment);
        }
        catch (OutOfMemoryException e)
        {
            throw new InsufficientMemoryException(
                $"{Gibibytes(size)} GiB more are needed in one piece, and {Gibibytes(AllocatedBytes)} GiB are taken already.", e);
        }

        static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("N2", CultureInfo.InvariantCulture);
    }
}
