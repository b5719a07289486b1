using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training.Workers;

/// <summary>
/// Adds up the gradients of an update's batches over the workers. In every round each worker has done one batch; its gradient is
/// exchanged in buckets, and added by whoever has the slice in the order of the workers, which is that of the batches. So the sum is
/// ((g1 + g2) + g3) + ..., as one process makes it.
/// </summary>
internal sealed class GradientExchange
{
    // 4 MiB: long enough for the bandwidth of networks, short enough to be under way while the walk goes on.
    private const int BucketLength = 1 << 20;

    private readonly Crew _crew;
    private readonly GradientSet _gradients;
    private readonly GradientBucket[] _buckets;

    // The buckets that hold a part of each gradient, and of each bucket how many gradients are not complete yet.
    private readonly List<int>[] _places;
    private readonly int[] _missing;
    private readonly bool[] _hasBegun;

    /// <summary>An exchange of some gradients.</summary>
    /// <param name="crew">The workers.</param>
    /// <param name="gradients">The gradients.</param>
    public GradientExchange(Crew crew, GradientSet gradients)
    {
        (_crew, _gradients) = (crew, gradients);
        _buckets = [.. Cut(gradients).Select((segments, number) => new GradientBucket(crew.Group!, number, segments))];
        _places = [.. Enumerable.Range(0, gradients.Count).Select(_ => new List<int>())];
        _missing = new int[_buckets.Length];
        _hasBegun = new bool[_buckets.Length];
        for (int i = 0; i < _buckets.Length; i++)
        {
            foreach (int gradient in _buckets[i].Gradients)
            {
                _places[gradient].Add(i);
            }
        }

        BeginRound();
    }

    /// <summary>Bytes that this worker has sent.</summary>
    public long BytesSent { get; private set; }

    /// <summary>
    /// Tells that a walk brings nothing more for a gradient: what is complete is sent while the walk goes on.
    /// </summary>
    /// <param name="gradient">Its number.</param>
    public void Complete(int gradient)
    {
        foreach (int place in _places[gradient])
        {
            if (--_missing[place] == 0)
            {
                Begin(place);
            }
        }

        if (_places[gradient].TrueForAll(place => _hasBegun[place]))
        {
            _gradients.Release(gradient);
        }

        Poll();
    }

    /// <summary>Moves what is under way on.</summary>
    public void Poll()
    {
        foreach (GradientBucket bucket in _buckets)
        {
            bucket.Poll();
        }
    }

    /// <summary>Ends a round: exchanges what is left of the gradient of this worker's batch.</summary>
    public void EndRound()
    {
        for (int i = 0; i < _buckets.Length; i++)
        {
            if (!_hasBegun[i])
            {
                Begin(i);
            }
        }

        for (int i = 0; i < _gradients.Count; i++)
        {
            _gradients.Release(i);
        }

        BeginRound();
        ExchangeRows();
    }

    /// <summary>Makes the sum the gradient of all workers.</summary>
    public void Finish()
    {
        foreach (GradientBucket bucket in _buckets)
        {
            bucket.End();
        }

        foreach (GradientBucket bucket in _buckets)
        {
            bucket.Finish(_gradients);
            BytesSent += bucket.BytesGathered;
        }

        _gradients.Restore();
    }

    private static IEnumerable<GradientSegment[]> Cut(GradientSet gradients)
    {
        List<GradientSegment> bucket = [];
        int place = 0;
        for (int i = gradients.Count - 1; i >= 0; i--)
        {
            for (long start = 0; start < gradients.Length(i);)
            {
                int length = (int)Math.Min(BucketLength - place, gradients.Length(i) - start);
                bucket.Add(new GradientSegment(i, start, place, length));
                (start, place) = (start + length, place + length);
                if (place == BucketLength)
                {
                    yield return [.. bucket];
                    bucket.Clear();
                    place = 0;
                }
            }
        }

        if (bucket.Count > 0)
        {
            yield return [.. bucket];
        }
    }

    private void BeginRound()
    {
        Array.Clear(_hasBegun);
        for (int i = 0; i < _buckets.Length; i++)
        {
            _missing[i] = _buckets[i].Gradients.Count();
        }
    }

    private void Begin(int place)
    {
        _buckets[place].End(); // of the round before, whose memory it needs
        _buckets[place].Begin(_gradients);
        _hasBegun[place] = true;
        BytesSent += _buckets[place].BytesSent;
    }

    // Lists of rows are joined in the order of the batches, as one process does.
    private void ExchangeRows()
    {
        byte[] own = RowMessage.Write(_gradients);
        BytesSent += own.Length * (_crew.Count - 1L);
        foreach (byte[] message in _crew.Gather(own))
        {
            RowMessage.Read(message, _gradients);
        }
    }
}
