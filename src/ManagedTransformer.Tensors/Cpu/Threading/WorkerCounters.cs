using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The words of <see cref="WorkerPool"/> that every thread writes, each on a cache line of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct WorkerCounters
{
    /// <summary>High half: number of the job; low half: chunks that nobody has claimed yet.</summary>
    [FieldOffset(64)] public long Ticket;

    /// <summary>Chunks not finished yet.</summary>
    [FieldOffset(128)] public int Pending;
}
