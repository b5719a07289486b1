using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.Sources;

/// <summary>Which parameter gets which tensor of a file, and in what form.</summary>
/// <param name="state">The file's tensors.</param>
/// <param name="renames">Our names, and under which the file has them, in place of the rules.</param>
internal sealed class WeightPlan(StateDictionary state, IReadOnlyDictionary<string, string> renames)
{
    private readonly Dictionary<string, WeightRule> _rules = new(StringComparer.Ordinal);

    /// <summary>The file's tensors.</summary>
    public StateDictionary State => state;

    /// <summary>The rules, by the names of parameters.</summary>
    public IReadOnlyDictionary<string, WeightRule> Rules => _rules;

    /// <summary>The name under which the file has a parameter.</summary>
    /// <param name="ours">Name of the parameter.</param>
    /// <param name="theirs">The name by the kind's rules.</param>
    public string Named(string ours, string theirs) => renames.GetValueOrDefault(ours, theirs);

    /// <summary>A tensor as it is.</summary>
    public void Copy(string ours, string theirs) => Add(ours, theirs, shape => [.. shape], (values, _) => values);

    /// <summary>Tensors as they are: <c>.weight</c> and, where the file has one, <c>.bias</c>.</summary>
    public void CopyPair(string ours, string theirs)
    {
        Copy($"{ours}.weight", $"{theirs}.weight");
        if (state.Has($"{theirs}.bias"))
        {
            Copy($"{ours}.bias", $"{theirs}.bias");
        }
    }

    /// <summary>Norms and other parts that have both a weight and a bias in every file.</summary>
    public void CopyBoth(string ours, string theirs)
    {
        Copy($"{ours}.weight", $"{theirs}.weight");
        Copy($"{ours}.bias", $"{theirs}.bias");
    }

    /// <summary>A tensor with other axes and the same elements in the same order.</summary>
    public void Reshape(string ours, string theirs, params long[] shape) =>
        Add(ours, theirs, given => Count(given) == Count(shape) ? shape : null, (values, _) => values);

    /// <summary>Rows of a tensor.</summary>
    /// <param name="ours">Name of the parameter.</param>
    /// <param name="theirs">Name of the tensor.</param>
    /// <param name="start">The first row.</param>
    /// <param name="count">Number of rows.</param>
    public void Rows(string ours, string theirs, int start, int count) => Add(
        ours,
        theirs,
        given => given.Count > 0 && start + count <= given[0] ? [count, .. given.Skip(1)] : null,
        (values, given) => values.AsSpan(
            checked((int)(start * (values.Length / given[0]))), checked((int)(count * (values.Length / given[0])))).ToArray());

    /// <summary>A tensor with its last two axes swapped.</summary>
    public void SwapLast(string ours, string theirs, bool dropsFirst = false) => Add(
        ours,
        theirs,
        given => given.Count < 2 || (dropsFirst && given[0] != 1) ? null
            : [.. given.Take(given.Count - 2).Skip(dropsFirst ? 1 : 0), given[^1], given[^2]],
        (values, given) => Transposed(values, (int)given[^2], (int)given[^1]));

    /// <summary>Values that the file does not have.</summary>
    public void Set(string ours, long[] shape, Func<float[]> values) =>
        _rules[ours] = new WeightRule(ours, null, _ => shape, (_, _) => values());

    /// <summary>A tensor in another form.</summary>
    /// <param name="ours">Name of the parameter.</param>
    /// <param name="theirs">Name of the tensor.</param>
    /// <param name="shape">The parameter's shape, from the tensor's; null where that does not fit.</param>
    /// <param name="values">The parameter's values, from the tensor's elements and shape.</param>
    public void Add(string ours, string theirs, Func<IReadOnlyList<long>, long[]?> shape,
        Func<float[], IReadOnlyList<long>, float[]> values) => _rules[ours] = new WeightRule(ours, Named(ours, theirs), shape, values);

    /// <summary>Matrices one behind the other, each transposed.</summary>
    public static float[] Transposed(float[] values, int rows, int columns)
    {
        float[] transposed = new float[values.Length];
        int matrix = rows * columns;
        for (int start = 0; start < values.Length; start += matrix)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    transposed[start + (column * rows) + row] = values[start + (row * columns) + column];
                }
            }
        }

        return transposed;
    }

    /// <summary>Number of elements of a shape.</summary>
    public static long Count(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The shape that a tensor gets; null where it does not fit.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="wanted">The parameter's shape.</param>
    /// <param name="isWhole">Whether the tensor has that shape already and is taken as it is, although the rule would change it: it was
    /// named by the user.</param>
    public long[]? ShapeOf(WeightRule rule, TorchTensor tensor, IReadOnlyList<long> wanted, out bool isWhole)
    {
        isWhole = renames.ContainsKey(rule.Ours) && tensor.Sizes.SequenceEqual(wanted);
        return isWhole ? [.. tensor.Sizes] : rule.Shape(tensor.Sizes);
    }
}
