using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training.Workers;

/// <summary>
/// A part of the gradient that is exchanged at once. It is divided into a slice for each worker, which adds up what all workers found for
/// its slice, in their order. A message holds a byte for every segment, whether its worker has a gradient there at all, and a slice.
/// </summary>
internal sealed class GradientBucket
{
    private const int Alignment = 64;

    private readonly WorkerGroup _group;
    private readonly GradientSegment[] _segments;
    private readonly int _tag, _slice, _header, _message;
    private readonly long _length;
    private readonly byte[] _sent, _received;
    private readonly ReadOnlyMemory<byte>[] _send;
    private readonly Memory<byte>[] _receive;
    private readonly float[] _sum;
    private readonly bool[] _present;
    private WorkerExchange? _exchange;

    /// <summary>A bucket of some segments.</summary>
    /// <param name="group">The workers.</param>
    /// <param name="tag">Its number.</param>
    /// <param name="segments">What it holds, one behind the other.</param>
    public GradientBucket(WorkerGroup group, int tag, GradientSegment[] segments)
    {
        (_group, _tag, _segments) = (group, tag, segments);
        int perLine = Alignment / sizeof(float);
        _length = segments[^1].Place + segments[^1].Length;
        _slice = (int)((((_length + group.Count - 1) / group.Count) + perLine - 1) / perLine * perLine);
        _header = (segments.Length + Alignment - 1) / Alignment * Alignment;
        _message = _header + (_slice * sizeof(float));
        _sent = GC.AllocateUninitializedArray<byte>(_message * group.Count, pinned: true);
        _received = GC.AllocateUninitializedArray<byte>(_message * group.Count, pinned: true);
        _send = [.. Enumerable.Range(0, group.Count).Select(i => (ReadOnlyMemory<byte>)Block(_sent, i))];
        _receive = [.. Enumerable.Range(0, group.Count).Select(i => Block(_received, i))];
        _sum = new float[_slice];
        _present = new bool[segments.Length];

        Memory<byte> Block(byte[] buffer, int worker) => MemoryMarshal.CreateFromPinnedArray(buffer, worker * _message, _message);
    }

    /// <summary>The whole gradients of which it holds something.</summary>
    public IEnumerable<int> Gradients => _segments.Select(segment => segment.Gradient);

    /// <summary>Bytes that this worker sends at an exchange.</summary>
    public long BytesSent => (long)_message * (_group.Count - 1);

    /// <summary>Bytes that this worker sends when the sums are gathered.</summary>
    public long BytesGathered => (long)_slice * sizeof(float) * (_group.Count - 1);

    /// <summary>Copies the gradient and begins to exchange it.</summary>
    /// <param name="gradients">The gradient of one batch.</param>
    public void Begin(GradientSet gradients)
    {
        for (int worker = 0; worker < _group.Count; worker++)
        {
            Span<byte> message = _sent.AsSpan(worker * _message, _message);
            Span<float> slice = MemoryMarshal.Cast<byte, float>(message[_header..]);
            for (int i = 0; i < _segments.Length; i++)
            {
                GradientSegment segment = _segments[i];
                bool present = gradients.Has(segment.Gradient);
                message[i] = present ? (byte)1 : (byte)0;
                if (present && Overlap(segment, worker) is { Length: > 0 } part)
                {
                    gradients.Values(segment.Gradient, segment.Start + part.Skipped, part.Length).CopyTo(slice[part.Place..]);
                }
            }
        }

        _exchange = _group.Begin(_tag, _send, _receive);
    }

    /// <summary>Moves an exchange that has begun on, and adds up what came once it is complete.</summary>
    public void Poll()
    {
        if (_exchange?.Poll() == true)
        {
            End();
        }
    }

    /// <summary>Waits for the exchange that has begun, if any, and adds up what came.</summary>
    public void End()
    {
        if (_exchange is null)
        {
            return;
        }

        _exchange.Wait();
        _exchange = null;
        for (int worker = 0; worker < _group.Count; worker++)
        {
            byte[] messages = worker == _group.Rank ? _sent : _received;
            ReadOnlySpan<byte> message = messages.AsSpan(worker * _message, _message);
            ReadOnlySpan<float> slice = MemoryMarshal.Cast<byte, float>(message[_header..]);
            for (int i = 0; i < _segments.Length; i++)
            {
                if (message[i] == 0)
                {
                    continue;
                }

                if (Overlap(_segments[i], _group.Rank) is { Length: > 0 } part)
                {
                    Span<float> sum = _sum.AsSpan(part.Place, part.Length);
                    ReadOnlySpan<float> next = slice.Slice(part.Place, part.Length);
                    if (_present[i])
                    {
                        TensorPrimitives.Add(sum, next, sum);
                    }
                    else
                    {
                        next.CopyTo(sum);
                    }
                }

                _present[i] = true;
            }
        }
    }

    /// <summary>Gathers the slices of all workers and makes the sum the gradient.</summary>
    /// <param name="gradients">Receives the sum.</param>
    public void Finish(GradientSet gradients)
    {
        int bytes = _slice * sizeof(float);
        Span<byte> slices = _received.AsSpan(0, bytes * _group.Count);
        MemoryMarshal.AsBytes(_sum.AsSpan()).CopyTo(slices[(bytes * _group.Rank)..]);
        int[] lengths = new int[_group.Count];
        Array.Fill(lengths, bytes);
        _group.Gather(slices, lengths);
        ReadOnlySpan<float> sums = MemoryMarshal.Cast<byte, float>(slices);
        for (int i = 0; i < _segments.Length; i++)
        {
            GradientSegment segment = _segments[i];
            if (_present[i])
            {
                if (segment.Start == 0)
                {
                    gradients.Make(segment.Gradient);
                }

                sums.Slice(segment.Place, segment.Length)
                    .CopyTo(gradients.Values(segment.Gradient, segment.Start, segment.Length));
            }

            _present[i] = false;
        }
    }

    // The part of a segment that lies in a worker's slice.
    private (int Skipped, int Place, int Length) Overlap(GradientSegment segment, int worker)
    {
        long from = Math.Max(segment.Place, (long)worker * _slice);
        long to = Math.Min(segment.Place + (long)segment.Length, (worker + 1L) * _slice);
        return to <= from ? default : ((int)(from - segment.Place), (int)(from - ((long)worker * _slice)), (int)(to - from));
    }
}
