using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// Cases of span attention and its gradient: sizes around every tile, spans of every kind and at their kinks, persistent slots,
/// layouts, dropout.
/// </summary>
internal static class SpanAttentionCases
{
    private static readonly Tolerance _forward = new(1e-5, 1e-5), _gradient = new(5e-5, 5e-5), _sum = new(2e-4, 2e-4),
        _huge = new(5e-5, 1e-3);

    private enum Spans
    {
        Fixed,
        PerHead,
        PerQuery,
    }

    private sealed record Setting(string Name, Spans Spans = Spans.Fixed, int Persistent = 0, float Dropout = 0, bool Packed = false,
        int Ramp = 8, float Longest = 90);

    private readonly record struct Size(int Batch, int Heads, int Queries, int Length, int Width)
    {
        public override string ToString() => $"[{Batch}, {Heads}, {Queries}, {Length}, {Width}]";
    }

    private static readonly Size[] _sizes =
    [
        new(1, 1, 1, 1, 1), new(2, 3, 5, 5, 4), new(1, 2, 9, 12, 7), new(1, 1, 17, 1, 16), new(2, 2, 33, 40, 24), new(1, 3, 64, 64, 32),
        new(1, 2, 70, 31, 33), new(3, 1, 3, 130, 16), new(1, 1, 40, 129, 65), new(2, 2, 1, 37, 32), new(3, 4, 1, 300, 24),
        new(1, 2, 2, 65, 20), new(1, 1, 150, 33, 8), new(1, 1, 9, 70, 140), new(1, 1, 2, 400, 150), new(0, 2, 3, 3, 8), new(1, 2, 0, 5, 8),
    ];

    private static readonly Size[] _huges = [new(2, 2, 33, 40, 24), new(1, 2, 1, 37, 5), new(1, 3, 20, 140, 16)],
        _masses = [new(1, 1, 1, 30, 4), new(2, 3, 40, 60, 16), new(1, 2, 300, 200, 8)];

    // Heads as wide as those that tensor cores have kernels for; few rows, since interpreting them takes its time.
    private static readonly Size[] _wholeSizes = [new(1, 2, 40, 72, 32), new(1, 2, 9, 40, 64), new(1, 2, 6, 40, 128)];

    // Texts longer than the span and a few tiles of queries.
    private static readonly Size[] _tiledSizes = [new(2, 1, 75, 31, 32), new(1, 1, 130, 1, 32)];

    private static readonly Setting[] _settings =
    [
        new("fixed span"),
        new("fixed span, packed", Packed: true),
        new("fixed span, persistent slots, dropout", Persistent: 19, Dropout: 0.3f),
        new("span per head", Spans.PerHead),
        new("span per head, short", Spans.PerHead, Longest: 9, Ramp: 3),
        new("span per head, persistent slots", Spans.PerHead, Persistent: 33, Packed: true),
        new("span per head, dropout", Spans.PerHead, Dropout: 0.1f),
        new("span per query", Spans.PerQuery),
        new("span per query, persistent slots, dropout", Spans.PerQuery, Persistent: 7, Dropout: 0.2f),
    ];

    private static readonly Setting[] _wholeSettings =
    [
        new("whole heads, every span", Spans.PerHead, Persistent: 5, Longest: 60),
        new("whole heads, fixed span, packed", Packed: true),
        new("whole heads, span per head, short", Spans.PerHead, Longest: 9, Ramp: 3),
        new("whole heads, span per query, persistent slots, dropout", Spans.PerQuery, Persistent: 33, Dropout: 0.2f, Longest: 60),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. _wholeSettings.Select(
            setting => new KernelCase("SpanAttention", setting.Name, run => RunWholeForward(run, setting))),
        .. _wholeSettings.Select(
            setting => new KernelCase("SpanAttentionGradient", setting.Name, run => RunWholeGradient(run, setting, _wholeSizes))),
        new("SpanAttentionGradient", "whole heads, longer than the span", run => RunWholeGradient(run, _wholeSettings[1], _tiledSizes)),
        .. _settings.Select(setting => new KernelCase("SpanAttention", setting.Name, run => RunForward(run, setting))),
        .. _settings.Select(setting => new KernelCase("SpanAttentionGradient", setting.Name, run => RunGradient(run, setting))),
        new("SpanAttention", "queries in parts", run => RunForward(run, _settings[5], new(1, 1, 300, 40, 16))),
        new("SpanAttentionGradient", "groups of sequences", run => RunGradient(run, _settings[5], new(40, 3, 6, 20, 16), _gradient)),
        new("SpanAttention", "large scores", LargeScores),
        .. _settings.Select(
            setting => new KernelCase("SpanAttentionGradient", $"huge scores, {setting.Name}", run => HugeScores(run, setting, _huges))),
        new("SpanAttentionGradient", "huge scores, whole heads", run => HugeScores(run, _wholeSettings[0], [new(1, 2, 20, 40, 32)])),
        new("SpanAttentionGradient", "most mass beyond the span", run => MassBeyond(run, _masses)),
        new("SpanAttentionGradient", "most mass beyond the span, whole heads", run => MassBeyond(run, [new(1, 2, 20, 40, 32)])),
    ];

    private static void RunForward(KernelRun run, Setting setting)
    {
        foreach (Size size in _sizes)
        {
            RunForward(run, setting, size);
        }
    }

    private static void RunWholeForward(KernelRun run, Setting setting)
    {
        foreach (Size size in _wholeSizes)
        {
            run.Kernels.Attention.SpanAttention(Problem(run, setting, size, _forward, ""));
        }
    }

    private static void RunWholeGradient(KernelRun run, Setting setting, Size[] sizes)
    {
        foreach (Size size in sizes)
        {
            RunGradient(run, setting, size, _gradient);
        }
    }

    private static void RunForward(KernelRun run, Setting setting, Size size)
    {
        SpanAttentionProblem problem = Problem(run, setting, size, _forward, "");
        run.Kernels.Attention.SpanAttention(problem);

        problem = Problem(run, setting, size, _forward, "beside weights ");
        (problem.Maxima, problem.Sums, problem.Normalizers) = (default, default, default);
        long queries = (long)size.Batch * size.Heads * size.Queries;
        problem.Weights = run.Output($"weights {size}", queries * size.Length, _forward, 1);
        problem.PersistentWeights =
            setting.Persistent > 0 ? run.Output($"persistent weights {size}", queries * setting.Persistent, _forward, 1) : default;
        run.Kernels.Attention.SpanAttention(problem);

        // Nothing but weights: there are no values either.
        problem.Weights = run.Output($"weights alone {size}", queries * size.Length, _forward, 2);
        problem.PersistentWeights =
            setting.Persistent > 0 ? run.Output($"persistent weights alone {size}", queries * setting.Persistent, _forward, 2) : default;
        (problem.V, problem.PersistentValues, problem.Y, problem.Dropout) = (default, default, default, 0);
        run.Kernels.Attention.SpanAttention(problem);
    }

    private static void RunGradient(KernelRun run, Setting setting)
    {
        foreach (Size size in _sizes)
        {
            RunGradient(run, setting, size, _gradient);
        }
    }

    private static void RunGradient(KernelRun run, Setting setting, Size size, Tolerance scores,
        Func<SpanAttentionProblem, SpanAttentionProblem>? change = null)
    {
        SpanAttentionProblem forward = Problem(run, setting, size, _forward, "");
        forward = change?.Invoke(forward) ?? forward;
        run.Kernels.Attention.SpanAttention(forward);
        int rows = size.Length + size.Queries, memory = size.Heads * setting.Persistent * size.Width;
        var problem = new SpanAttentionGradientProblem { Forward = forward };
        (problem.DY, problem.DYStrides) = Rows(run, setting, size, size.Queries, 3);
        (problem.DQ, problem.DQStrides) = Results(run, $"dq {size}", setting, size, size.Queries, scores);
        (problem.DK, problem.DKStrides) = Results(run, $"dk {size}", setting, size, rows, scores);
        (problem.DV, problem.DVStrides) = Results(run, $"dv {size}", setting, size, rows, _gradient);
        problem.DPositions = run.Output($"dpositions {size}", (long)size.Length * size.Width, _sum, 1);
        problem.DSpans = setting.Spans switch
        {
            Spans.Fixed => default,
            Spans.PerHead => run.Output($"dspans {size}", size.Heads, _sum, 1),
            _ => run.Output($"dspans {size}", (long)size.Batch * size.Queries * size.Heads, _sum, 1),
        };
        if (memory > 0)
        {
            problem.DPersistentKeys = run.Output($"dpersistent keys {size}", memory, _sum, 1);
            problem.DPersistentValues = run.Output($"dpersistent values {size}", memory, _sum, 1);
        }

        run.Kernels.Attention.SpanAttentionGradient(problem);
    }

    // Scores of hundreds: weights are 0 or 1.
    private static void LargeScores(KernelRun run)
    {
        foreach (int queries in new[] { 1, 40 })
        {
            SpanAttentionProblem problem = Problem(run, _settings[2] with { Dropout = 0 }, new Size(1, 2, queries, 80, 32),
                new(2e-3, 2e-3), "");
            problem.Scale = 60;
            run.Kernels.Attention.SpanAttention(problem);
        }
    }

    // Scores of about plus or minus 1e4 that differ by little, all of them exact: weights are as exact as those of small scores. Gradients
    // of scores cancel before they meet factors of 96.
    private static void HugeScores(KernelRun run, Setting setting, Size[] sizes)
    {
        foreach (float level in new[] { -96f, 96f })
        {
            foreach (Size size in sizes)
            {
                RunGradient(run, setting, size, _huge, forward =>
                {
                    forward.Scale = 1;
                    forward.Q = run.Levels(forward.QStrides.Batch * size.Batch, size.Width, 96, 1);
                    forward.K = run.Levels(forward.KStrides.Batch * size.Batch, size.Width, level);
                    forward.Positions = run.Levels((long)size.Length * size.Width, size.Width, 0, 1);
                    forward.PersistentKeys = setting.Persistent > 0
                        ? run.Levels((long)size.Heads * setting.Persistent * size.Width, size.Width, level)
                        : default;
                    return forward;
                });
            }
        }
    }

    // The oldest slots have scores of about 14 more than the nearest ones, a mass of a million times theirs.
    private static void MassBeyond(KernelRun run, Size[] sizes)
    {
        foreach (Size size in sizes)
        {
            foreach (bool persistent in new[] { false, true })
            {
                RunGradient(run,
                    _settings[persistent ? 5 : 4] with { Longest = 9, Ramp = 3, Persistent = persistent ? 3 : 0, Packed = false }, size,
                    _gradient, forward =>
                    {
                        forward.Scale = 1;
                        forward.Q = run.Levels(forward.QStrides.Batch * size.Batch, size.Width, 1, 1);
                        float[] positions = new float[size.Length * size.Width];
                        for (int c = 0; c < size.Length / 2; c++)
                        {
                            positions[c * size.Width] = 14;
                        }

                        forward.Positions = run.Values(positions, 1);
                        return forward;
                    });
            }
        }
    }

    private static SpanAttentionProblem Problem(KernelRun run, Setting setting, Size size, Tolerance tolerance, string prefix)
    {
        var problem = new SpanAttentionProblem
        {
            Batch = size.Batch,
            Heads = size.Heads,
            QueryLength = size.Queries,
            Length = size.Length,
            HeadWidth = size.Width,
            Persistent = setting.Persistent,
            Scale = 1 / MathF.Sqrt(size.Width),
            Ramp = setting.Spans == Spans.Fixed ? 0 : setting.Ramp,
            Dropout = setting.Dropout,
            DropoutKey = new RandomKey(11, 0x1_0000_0005),
        };
        int rows = size.Length + size.Queries;
        (problem.Q, problem.QStrides) = Rows(run, setting, size, size.Queries, 1);
        (problem.K, problem.KStrides) = Rows(run, setting, size, rows, 0);
        (problem.V, problem.VStrides) = Rows(run, setting, size, rows, 3);
        (problem.Y, problem.YStrides) = Results(run, $"{prefix}y {size}", setting, size, size.Queries, tolerance);
        problem.Positions = run.Numbers((long)size.Length * size.Width, -1, 1, 1);

        // What they hold depends on the slots that the device leaves out.
        long queries = (long)size.Batch * size.Heads * size.Queries;
        (problem.Maxima, problem.Sums, problem.Normalizers) = (run.Scratch(queries), run.Scratch(queries), run.Scratch(queries));
        if (setting.Persistent > 0)
        {
            problem.PersistentKeys = run.Numbers((long)size.Heads * setting.Persistent * size.Width, -0.3f, 0.3f, 1);
            problem.PersistentValues = run.Numbers((long)size.Heads * setting.Persistent * size.Width, -0.3f, 0.3f, 1);
        }

        (problem.Spans, problem.SpanStrides) = setting.Spans switch
        {
            Spans.Fixed => (default, default),
            // Head 0 has the shortest span, head 1 one between two whole numbers, head 2 a whole one.
            Spans.PerHead => (run.Values([.. Enumerable.Range(0, size.Heads)
                .Select(head => head == 1 ? setting.Longest / 7 : head * setting.Longest / 2)], 1), new RowStrides(0, 0, 1)),
            _ => (run.Numbers((long)size.Batch * size.Queries * size.Heads, 0, setting.Longest),
                new RowStrides((long)size.Queries * size.Heads, size.Heads, 1)),
        };
        return problem;
    }

    private static (DeviceBuffer Buffer, RowStrides Strides) Rows(KernelRun run, Setting setting, Size size, int time, int offset)
    {
        RowStrides strides = StridesOf(setting, size, time);
        return (run.Numbers(size.Batch * strides.Batch, -1.5f, 1.5f, offset), strides);
    }

    private static (DeviceBuffer Buffer, RowStrides Strides) Results(KernelRun run, string label, Setting setting, Size size, int time,
        Tolerance tolerance)
    {
        RowStrides strides = StridesOf(setting, size, time);
        return (run.Output(label, size.Batch * strides.Batch, tolerance, size.Width % 4), strides);
    }

    // Heads inside a time step, alone or beside the other two parts of a packed projection.
    private static RowStrides StridesOf(Setting setting, Size size, int time)
    {
        long step = (long)size.Heads * size.Width * (setting.Packed ? 3 : 1);
        return new(time * step, step, size.Width);
    }
}
