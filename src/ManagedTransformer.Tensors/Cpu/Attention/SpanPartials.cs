using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Gradients that all sequences of a batch add to, summed up by groups of sequences: for every head and group positions [slots, padded
/// width], persistent keys and values [Persistent, padded width] and the span. The groups follow from the shape alone, and they are added
/// in their order, so the sums are the same on any number of threads.
/// </summary>
internal readonly unsafe struct SpanPartials<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Chunks enough for many threads, few enough that their partial sums do not weigh in memory.
    private const int WantedChunks = 32;

    private readonly SpanArguments _arguments;
    private readonly float* _memory;

    /// <summary>Takes memory of <see cref="Size"/> floats.</summary>
    public SpanPartials(in SpanArguments arguments, float* memory)
    {
        _arguments = arguments;
        _memory = memory;
        int groups = Math.Clamp((WantedChunks + arguments.Heads - 1) / Math.Max(arguments.Heads, 1), 1, Math.Max(arguments.Batch, 1));
        GroupSize = (Math.Max(arguments.Batch, 1) + groups - 1) / groups;
    }

    /// <summary>Sequences of a group.</summary>
    public int GroupSize { get; }

    public int Groups => (_arguments.Batch + GroupSize - 1) / GroupSize;

    /// <summary>Floats that the partial sums of all heads need.</summary>
    public nint Size => Offset(_arguments.Heads);

    private int Padded => RowPanels<TOps, TVector>.Padded(_arguments.Width);

    private nint MemorySize => (nint)_arguments.Persistent * Padded;

    /// <summary>The partial sums of one head and group, all zero.</summary>
    public void Clear(int head, int group)
    {
        float* positions = Positions(head, group);
        for (nint i = 0; i < PartSize(head); i += TOps.Count)
        {
            TOps.Store(TOps.Zero, positions + i);
        }
    }

    public float* Positions(int head, int group) => _memory + Offset(head) + (group * PartSize(head));

    public float* PersistentKeys(int head, int group) => Positions(head, group) + ((nint)_arguments.Slots(head) * Padded);

    public float* PersistentValues(int head, int group) => PersistentKeys(head, group) + MemorySize;

    public float* Span(int head, int group) => PersistentValues(head, group) + MemorySize;

    /// <summary>Adds up what the groups have left.</summary>
    public void Combine(in SpanGradientArguments gradients)
    {
        var positions = new PositionJob { Partials = this, Target = gradients.Positions };
        Ranges.RunRows(_arguments.Length, (long)Padded * Math.Max(Groups * _arguments.Heads, 1), ref positions);
        var memory = new PersistentJob { Partials = this, Keys = gradients.PersistentKeys, Values = gradients.PersistentValues };
        Ranges.RunRows((long)_arguments.Heads * _arguments.Persistent, (long)Padded * 2 * Math.Max(Groups, 1), ref memory);
        for (int head = 0; head < _arguments.Heads && gradients.Spans is not null && !_arguments.HasSpanPerQuery; head++)
        {
            gradients.Spans[head] = 0;
            for (int group = 0; group < Groups; group++)
            {
                gradients.Spans[head] += *Span(head, group);
            }
        }
    }

    private nint PartSize(int head) => ((nint)_arguments.Slots(head) * Padded) + (2 * MemorySize) + 16;

    private nint Offset(int head)
    {
        nint offset = 0;
        for (int earlier = 0; earlier < head; earlier++)
        {
            offset += Groups * PartSize(earlier);
        }

        return offset;
    }

    private static void Add(float* source, float* target, int width, float factor)
    {
        TVector scale = TOps.Broadcast(factor);
        int j = 0;
        for (; j <= width - TOps.Count; j += TOps.Count)
        {
            TOps.Store(TOps.MultiplyAdd(scale, TOps.Load(source + j), TOps.Load(target + j)), target + j);
        }

        if (j < width)
        {
            TOps.StoreFirst(TOps.MultiplyAdd(scale, TOps.LoadFirst(source + j, width - j), TOps.LoadFirst(target + j, width - j)),
                target + j, width - j);
        }
    }

    /// <summary>Rows of positions: of every slot those heads that see it.</summary>
    private struct PositionJob : IRangeJob
    {
        public SpanPartials<TOps, TVector> Partials;
        public float* Target;

        public readonly void Execute(long start, long end)
        {
            SpanArguments arguments = Partials._arguments;
            new Span<float>(Target + (start * arguments.Width), (int)(end - start) * arguments.Width).Clear();
            for (int head = 0; head < arguments.Heads; head++)
            {
                int before = arguments.Length - arguments.Slots(head);
                for (int group = 0; group < Partials.Groups; group++)
                {
                    float* rows = Partials.Positions(head, group);
                    for (long c = Math.Max(start, before); c < end; c++)
                    {
                        Add(rows + ((c - before) * Partials.Padded), Target + (c * arguments.Width), arguments.Width, 1);
                    }
                }
            }
        }
    }

    /// <summary>Rows of persistent keys and values. Queries come scaled, which persistent scores are not.</summary>
    private struct PersistentJob : IRangeJob
    {
        public SpanPartials<TOps, TVector> Partials;
        public float* Keys, Values;

        public readonly void Execute(long start, long end)
        {
            SpanArguments arguments = Partials._arguments;
            for (long row = start; row < end; row++)
            {
                int head = (int)(row / arguments.Persistent);
                long n = row % arguments.Persistent;
                float* key = Keys + (row * arguments.Width), value = Values + (row * arguments.Width);
                new Span<float>(key, arguments.Width).Clear();
                new Span<float>(value, arguments.Width).Clear();
                for (int group = 0; group < Partials.Groups; group++)
                {
                    Add(Partials.PersistentKeys(head, group) + (n * Partials.Padded), key, arguments.Width, 1 / arguments.Scale);
                    Add(Partials.PersistentValues(head, group) + (n * Partials.Padded), value, arguments.Width, arguments.ValueScale);
                }
            }
        }
    }
}
