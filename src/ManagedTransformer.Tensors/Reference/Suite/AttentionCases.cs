using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of fused attention and its gradient: sizes around every tile, masks of every kind, layouts, dropout.</summary>
internal static class AttentionCases
{
    private static readonly Tolerance _forward = new(1e-5, 1e-5), _gradient = new(5e-5, 5e-5), _huge = new(5e-5, 1e-3);

    /// <summary>
    /// Order of the rows of a tensor [batch, time, head]: heads outermost, heads inside a time step, or inside a packed q-k-v projection.
    /// </summary>
    private enum Layout
    {
        HeadsOutside,
        HeadsInside,
        Packed,
    }

    private sealed record Setting(string Name, bool Causal = false, int Window = 0, bool Padding = false, float Dropout = 0,
        Layout Layout = Layout.HeadsInside, int Group = 1);

    private static readonly (int Batch, int Heads, int Queries, int Keys, int HeadWidth, int ValueWidth)[] _sizes =
    [
        (1, 1, 1, 1, 1, 1), (2, 3, 5, 5, 4, 4), (1, 2, 9, 9, 7, 5), (1, 1, 17, 17, 16, 16), (2, 2, 33, 33, 24, 24), (1, 3, 64, 64, 32, 32),
        (1, 2, 70, 70, 33, 17), (1, 1, 130, 130, 64, 64), (1, 2, 257, 257, 20, 36), (2, 1, 3, 40, 16, 16), (1, 2, 40, 75, 8, 24),
        (1, 1, 65, 140, 65, 70), (2, 2, 1, 37, 32, 32), (1, 1, 1, 700, 64, 48), (3, 4, 1, 300, 24, 24), (1, 1, 2, 513, 16, 16),
        (1, 1, 20, 7, 16, 16), (1, 2, 1, 1, 128, 128), (1, 1, 6, 70, 130, 200), (1, 1, 2, 600, 140, 150),
        (0, 2, 3, 3, 8, 8), (1, 1, 0, 5, 8, 8), (1, 2, 4, 0, 8, 8),
    ];

    // Heads are those of keys.
    private static readonly (int Batch, int Heads, int Queries, int Keys, int HeadWidth, int ValueWidth)[] _groupedSizes =
    [
        (1, 1, 1, 1, 1, 1), (2, 3, 5, 5, 4, 4), (1, 2, 33, 33, 24, 20), (1, 1, 70, 70, 33, 17), (1, 3, 1, 600, 64, 64),
        (2, 2, 1, 37, 20, 32), (1, 2, 3, 300, 16, 16), (1, 1, 1, 1100, 130, 70), (2, 1, 40, 75, 8, 24), (0, 2, 3, 3, 8, 8),
        (1, 2, 4, 0, 8, 8), (1, 0, 3, 3, 8, 8),
    ];

    private static readonly Setting[] _settings =
    [
        new("every key"),
        new("causal", Causal: true),
        new("window of 1", Causal: true, Window: 1),
        new("window of 5", Causal: true, Window: 5),
        new("window of 40", Causal: true, Window: 40, Layout: Layout.Packed),
        new("window without causality", Window: 7),
        new("padding", Padding: true, Layout: Layout.HeadsOutside),
        new("causal, padding, window", Causal: true, Window: 50, Padding: true),
        new("dropout", Dropout: 0.3f),
        new("causal, dropout", Causal: true, Dropout: 0.1f, Layout: Layout.Packed),
        new("heads outside", Causal: true, Layout: Layout.HeadsOutside),
    ];

    private static readonly Setting[] _groupedSettings =
    [
        new("groups of 2", Group: 2),
        new("groups of 3, causal", Causal: true, Group: 3),
        new("groups of 4, causal, window of 1", Causal: true, Window: 1, Group: 4),
        new("groups of 2, causal, window of 30", Causal: true, Window: 30, Layout: Layout.HeadsOutside, Group: 2),
        new("groups of 8, causal, widest window", Causal: true, Window: int.MaxValue, Group: 8),
        new("groups of 3, padding, dropout", Padding: true, Dropout: 0.2f, Layout: Layout.Packed, Group: 3),
    ];

    // Heads as wide as those that tensor cores have kernels for; few rows, since interpreting them takes its time.
    private static readonly (int Batch, int Heads, int Queries, int Keys, int HeadWidth, int ValueWidth)[] _wholeSizes =
        [(1, 1, 40, 72, 32, 32), (1, 1, 9, 40, 64, 64), (1, 1, 6, 40, 128, 128)];

    private static readonly (int Batch, int Heads, int Queries, int Keys, int HeadWidth, int ValueWidth)[] _tiledSizes =
        [(1, 1, 70, 70, 32, 32), (1, 1, 70, 9, 32, 32)];

    private static readonly Setting[] _wholeSettings =
    [
        new("whole heads, every key", Layout: Layout.HeadsOutside),
        new("whole heads, causal", Causal: true),
        new("whole heads, causal, window, padding", Causal: true, Window: 34, Padding: true, Layout: Layout.Packed),
        new("whole heads, window without causality", Window: 7),
        new("whole heads, dropout", Dropout: 0.3f),
        new("whole heads, groups of 2, causal, dropout", Causal: true, Dropout: 0.1f, Layout: Layout.Packed, Group: 2),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. _settings.Select(setting => Forward(setting, _sizes)),
        .. _settings.Select(setting => Gradient(setting, _sizes)),
        .. _groupedSettings.Select(setting => Forward(setting, _groupedSizes)),
        .. _groupedSettings.Select(setting => Gradient(setting, _groupedSizes)),
        .. _wholeSettings.Select(setting => Forward(setting, _wholeSizes)),
        .. _wholeSettings.Select(setting => Gradient(setting, _wholeSizes)),
        Forward(new("whole heads, several tiles", Causal: true), _tiledSizes),
        Gradient(new("whole heads, several tiles", Causal: true), _tiledSizes),
        new("Attention", "many heads", run => RunForward(run, new("many heads", Causal: true), (4, 9, 50, 50, 32, 32))),
        new("AttentionGradient", "many heads", run => RunGradient(run, new("many heads", Causal: true), (4, 9, 50, 50, 32, 32), _gradient)),
        new("Attention", "large scores", LargeScores),
        .. _settings.Select(setting => new KernelCase("AttentionGradient", $"huge scores, {setting.Name}",
            run => HugeScores(run, setting, (2, 2, 45, 75, 12, 20), (1, 1, 1, 9, 5, 4), (1, 1, 70, 70, 24, 24)))),
        new("AttentionGradient", "huge scores, whole heads",
            run => HugeScores(run, new("whole heads", Causal: true), (1, 1, 20, 40, 32, 32))),
        new("Attention", "no query sees a key", NothingSeen),
    ];

    private static KernelCase Forward(Setting setting, IEnumerable<(int, int, int, int, int, int)> sizes) =>
        new("Attention", setting.Name, run =>
        {
            foreach ((int, int, int, int, int, int) size in sizes)
            {
                RunForward(run, setting, size);
            }
        });

    private static KernelCase Gradient(Setting setting, IEnumerable<(int, int, int, int, int, int)> sizes) =>
        new("AttentionGradient", setting.Name, run =>
        {
            foreach ((int, int, int, int, int, int) size in sizes)
            {
                RunGradient(run, setting, size, _gradient);
            }
        });

    private static void RunForward(KernelRun run, Setting setting, (int, int, int, int, int, int) size)
    {
        AttentionProblem problem = Problem(run, setting, size, _forward, "");
        run.Kernels.Attention.Attention(problem);
        problem = Problem(run, setting, size, _forward, "without sums ");
        (problem.Maxima, problem.Sums) = (default, default);
        run.Kernels.Attention.Attention(problem);
    }

    private static void RunGradient(KernelRun run, Setting setting, (int, int, int, int, int, int) size, Tolerance scores,
        Func<AttentionProblem, AttentionProblem>? change = null)
    {
        AttentionProblem forward = Problem(run, setting, size, _forward, "");
        forward = change?.Invoke(forward) ?? forward;
        run.Kernels.Attention.Attention(forward);
        (int batch, int heads, int queries, int keys, int width, int valueWidth) = size;
        int queryHeads = heads * setting.Group;
        var problem = new AttentionGradientProblem { Forward = forward };
        (problem.DY, problem.DYStrides) = Rows(run, setting.Layout, batch, queryHeads, queries, valueWidth, 3);
        (problem.DQ, problem.DQStrides) = Results(run, $"dq {Label(size)}", setting.Layout, batch, queryHeads, queries, width, scores);
        (problem.DK, problem.DKStrides) = Results(run, $"dk {Label(size)}", setting.Layout, batch, heads, keys, width, scores);
        (problem.DV, problem.DVStrides) = Results(run, $"dv {Label(size)}", setting.Layout, batch, heads, keys, valueWidth, _gradient);
        run.Kernels.Attention.AttentionGradient(problem);
    }

    // Scores of hundreds: every new maximum makes what was summed before it vanish, and weights are 0 or 1.
    private static void LargeScores(KernelRun run)
    {
        foreach (bool causal in new[] { false, true })
        {
            AttentionProblem problem = Problem(run, new("large", causal), (1, 2, 90, 200, 32, 32), new(2e-3, 2e-3), $"causal {causal} ");
            problem.Scale = 60;
            run.Kernels.Attention.Attention(problem);
        }
    }

    // Scores of about plus or minus 1e4 that differ by little, all of them exact: weights are as exact as those of small scores. Gradients
    // of scores cancel before they meet factors of 96.
    private static void HugeScores(KernelRun run, Setting setting, params IEnumerable<(int, int, int, int, int, int)> sizes)
    {
        foreach (float level in new[] { -96f, 96f })
        {
            foreach ((int, int, int, int, int, int) size in sizes)
            {
                RunGradient(run, setting, size, _huge, forward =>
                {
                    forward.Scale = 1;
                    forward.Q = run.Levels(forward.QStrides.Batch * forward.Batch, forward.HeadWidth, 96, 1);
                    forward.K = run.Levels(forward.KStrides.Batch * forward.Batch, forward.HeadWidth, level, 0);
                    return forward;
                });
            }
        }
    }

    private static void NothingSeen(KernelRun run)
    {
        foreach (int queries in new[] { 1, 30 })
        {
            var size = (2, 2, queries, 90, 16, 16);
            AttentionProblem problem = Problem(run, new("nothing"), size, _forward, $"{queries} ");
            problem.KeyPadding = run.Values([.. Enumerable.Repeat(1f, 90), .. Enumerable.Repeat(0f, 90)]);
            run.Kernels.Attention.Attention(problem);
        }
    }

    private static AttentionProblem Problem(KernelRun run, Setting setting, (int, int, int, int, int, int) size, Tolerance tolerance,
        string prefix)
    {
        (int batch, int heads, int queries, int keys, int width, int valueWidth) = size;
        int queryHeads = heads * setting.Group;
        var problem = new AttentionProblem
        {
            Batch = batch,
            Heads = queryHeads,
            KeyHeads = heads,
            QueryLength = queries,
            KeyLength = keys,
            HeadWidth = width,
            ValueWidth = valueWidth,
            Scale = 1 / MathF.Sqrt(width),
            Causal = setting.Causal,
            Window = setting.Window,
            Dropout = setting.Dropout,
            DropoutKey = new RandomKey(11, 0x1_0000_0005),
        };
        (problem.Q, problem.QStrides) = Rows(run, setting.Layout, batch, queryHeads, queries, width, 1);
        (problem.K, problem.KStrides) = Rows(run, setting.Layout, batch, heads, keys, width, 0);
        (problem.V, problem.VStrides) = Rows(run, setting.Layout, batch, heads, keys, valueWidth, 3);
        (problem.Y, problem.YStrides) = Results(run, $"{prefix}y {Label(size)}", setting.Layout, batch, queryHeads, queries,
            valueWidth, tolerance);
        problem.Maxima = run.Output($"{prefix}maxima {Label(size)}", (long)batch * queryHeads * queries, tolerance);
        problem.Sums = run.Output($"{prefix}sums {Label(size)}", (long)batch * queryHeads * queries, tolerance);
        if (setting.Padding)
        {
            // The first sequence is padded in its second half, the others here and there.
            float[] padding = [.. from b in Enumerable.Range(0, batch) from u in Enumerable.Range(0, keys) select b == 0
                ? (2 * u > keys ? 1f : 0)
                : u % 3 == 0 ? 1 : 0];
            problem.KeyPadding = run.Values(padding, 1);
        }

        return problem;
    }

    private static string Label((int Batch, int Heads, int Queries, int Keys, int HeadWidth, int ValueWidth) size) =>
        $"[{size.Batch}, {size.Heads}, {size.Queries}, {size.Keys}, {size.HeadWidth}, {size.ValueWidth}]";

    private static (DeviceBuffer Buffer, RowStrides Strides) Rows(KernelRun run, Layout layout, int batch, int heads, int time,
        int width, int offset)
    {
        RowStrides strides = StridesOf(layout, heads, time, width);
        return (run.Numbers(batch * strides.Batch, -2, 2, offset), strides);
    }

    private static (DeviceBuffer Buffer, RowStrides Strides) Results(KernelRun run, string label, Layout layout, int batch, int heads,
        int time, int width, Tolerance tolerance)
    {
        RowStrides strides = StridesOf(layout, heads, time, width);
        return (run.Output(label, batch * strides.Batch, tolerance, width % 4), strides);
    }

    private static RowStrides StridesOf(Layout layout, long heads, long time, long width) => layout switch
    {
        Layout.HeadsOutside => new(heads * time * width, width, time * width),
        Layout.HeadsInside => new(time * heads * width, heads * width, width),
        _ => new(time * 3 * heads * width, 3 * heads * width, width),
    };
}
