namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// Sizes of the grouped layers of a deep unit. With d_max = d_in w, DExTra's widths are sampled evenly from d_proj up to d_max and back,
/// with 2, 4, 8, ... groups up to the limit and back; DeFINE's rise to d_max and its groups fall to 1. Inner widths are rounded up so that
/// the groups of both neighbours divide them, and every layer but the first also reads the projected input, d_proj features,
/// mixed between the groups.
/// </summary>
/// <remarks>
/// The numbers follow the authors' code, whose parameter counts are the published ones; the paper's text differs in the roundings.
/// </remarks>
internal sealed record UnitPlan
{
    /// <summary>Inner widths are multiples of at least this.</summary>
    private const int LeastMultiple = 8;

    private const int MostDepth = 1000;

    private UnitPlan(UnitOptions options, int[] inputs, int[] outputs, int[] groups) =>
        (Options, Inputs, Outputs, Groups) = (options, inputs, outputs, groups);

    /// <summary>What the plan was made from.</summary>
    public UnitOptions Options { get; }

    /// <summary>Input width of each grouped layer.</summary>
    public IReadOnlyList<int> Inputs { get; }

    /// <summary>Output width of each grouped layer.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>Groups of each grouped layer.</summary>
    public IReadOnlyList<int> Groups { get; }

    /// <summary>Width that the output map reads: the last grouped layer's output and the projected input.</summary>
    public int Last => Options.Output + (Options.Mixer ? Options.Projection : 0);

    /// <summary>
    /// Trainable numbers: d_in d_proj + 3 d_proj + sum over layers of (in out / g + out + 2 out / g) + (d_out + d_proj) d_out + 3 d_out,
    /// biases and norms included.
    /// </summary>
    public long ParameterCount =>
        Macs + (2L * (Options.Projection + Options.Output)) + Outputs.Zip(Groups, (output, groups) => 2L * output / groups).Sum();

    /// <summary>Multiply-adds per token as the authors count them: weights and biases, no norms.</summary>
    public long Macs
    {
        get
        {
            long total = ((long)Options.Input * Options.Projection) + Options.Projection + ((long)Last * Options.Output) + Options.Output;
            for (int i = 0; i < Outputs.Count; i++)
            {
                total += ((long)Inputs[i] * Outputs[i] / Groups[i]) + Outputs[i];
            }

            return total;
        }
    }

    /// <summary>The plan of a unit.</summary>
    /// <param name="options">Its widths, depth and groups.</param>
    /// <param name="where">Named in the error.</param>
    /// <exception cref="InputException">A depth below 2, a width multiplier of at most 0,
    /// or widths that the groups do not divide.</exception>
    public static UnitPlan Create(UnitOptions options, string where)
    {
        if (options.Depth < 2)
        {
            throw new InputException($"{where}: a unit has at least 2 grouped layers, the depth is {options.Depth}.");
        }

        if (!(options.WidthMultiplier > 0) || options.MaxGroups < 1)
        {
            throw new InputException(
                $"{where}: the width multiplier ({options.WidthMultiplier}) must be above 0 and the most groups "
                + $"({options.MaxGroups}) at least 1.");
        }

        double widest = options.Input * options.WidthMultiplier;
        if (widest is not (>= 1 and < 1 << 24) || options.Depth > MostDepth)
        {
            throw new InputException(
                $"{where}: a unit of depth {options.Depth} with up to {widest:G6} features cannot be built: the depth is at most "
                + $"{MostDepth}, the width multiplier makes the widest layer.");
        }

        (int[] groups, int[] sizes) = options.Mode == UnitMode.Define ? Falling(options) : Mirrored(options);
        int[] outputs = new int[options.Depth], inputs = new int[options.Depth];
        inputs[0] = options.Projection;
        for (int i = 0; i < options.Depth; i++)
        {
            outputs[i] = i == options.Depth - 1
                ? options.Output
                : RoundUp(sizes[i], Math.Max(LeastMultiple, Math.Max(groups[i], groups[i + 1])));
            if (i + 1 < options.Depth)
            {
                inputs[i + 1] = outputs[i] + (options.Mixer ? options.Projection : 0);
            }

            Require(options.Projection, groups[i], "the projected width");
        }

        Require(options.Output, groups[^1], "the output width");
        return new UnitPlan(options, inputs, outputs, groups);

        void Require(int width, int divisor, string name)
        {
            if (width % divisor != 0)
            {
                throw new InputException($"{where}: {divisor} groups do not divide {name} of a unit ({width}).");
            }
        }
    }

    // Widths and groups rise over the first half of the layers; the second half is its mirror image, less the middle one for an odd depth.
    private static (int[] Groups, int[] Sizes) Mirrored(UnitOptions options)
    {
        int half = (options.Depth + 1) / 2, skip = options.Depth % 2;
        int[] groups = [.. Enumerable.Range(0, half).Select(i => (int)Math.Min(1L << Math.Min(i + 1, 30), options.MaxGroups))];
        int[] sizes = Samples(options, half);
        return ([.. groups, .. groups.Reverse().Skip(skip)], [.. sizes, .. sizes.Reverse().Skip(skip)]);
    }

    private static (int[] Groups, int[] Sizes) Falling(UnitOptions options)
    {
        int[] groups = new int[options.Depth];
        for (int i = 0, next = 1; i < options.Depth; i++)
        {
            groups[options.Depth - 1 - i] = next;
            next = 2 * next <= options.MaxGroups ? 2 * next : 1;
        }

        return (groups, Samples(options, options.Depth)[1..]);
    }

    /// <summary>Widths at even distances from d_proj to d_max, rounded down; a single one is d_proj.</summary>
    private static int[] Samples(UnitOptions options, int count)
    {
        double most = options.Input * options.WidthMultiplier, step = count > 1 ? (most - options.Projection) / (count - 1) : 0;
        return [.. Enumerable.Range(0, count)
            .Select(i => (int)Math.Floor(count > 1 && i == count - 1 ? most : (i * step) + options.Projection))];
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
