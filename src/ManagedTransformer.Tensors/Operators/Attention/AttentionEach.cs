using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Attention of rows that have keys and values of their own, as texts of different lengths have that are generated together: row i of
    /// the result has the bits of <see cref="Attention"/> of row i alone.
    /// </summary>
    /// <param name="query">[n, T, H, d]</param>
    /// <param name="memories">Of every row the keys [1, S, K, d] and the values [1, S, K, e]; S may differ.</param>
    /// <param name="options">Masks and dropout of every row; no padding.</param>
    /// <returns>[n, T, H, e]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or a padding.</exception>
    public static Tensor AttentionEach(
        this Tensor query, IReadOnlyList<(Tensor Keys, Tensor Values)> memories, AttentionOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(memories);
        RequireFloat(query, "AttentionEach");
        if (query.Rank != 4 || query.Shape[0] != memories.Count || memories.Count == 0 || options.KeyPadding is not null)
        {
            throw new ArgumentException(
                $"AttentionEach: query [n, T, H, d] with keys and values of each of the n rows and no padding is needed, the shape is "
                + $"{query.Shape}, and {memories.Count} rows have keys and values.");
        }

        if (memories.Count == 1 || IsRecorded(query, memories))
        {
            Tensor[] rows = [.. memories.Select((memory, row) => query.Slice(0, row, 1).Attention(memory.Keys, memory.Values, options))];
            return rows.Length == 1 ? rows[0] : Concat(0, rows);
        }

        query = WithRows(query);
        foreach ((Tensor keys, Tensor values) in memories)
        {
            RequireMemory(query, keys, values, memories[0].Values);
        }

        Tensor y = Tensor.Empty(query.Shape.With(3, memories[0].Values.Shape[3]), DType.Float32, query.Device);
        AttentionProblem[] problems = new AttentionProblem[memories.Count];
        for (int row = 0; row < problems.Length; row++)
        {
            (Tensor keys, Tensor values) = memories[row];
            problems[row] = Describe(
                new HeadView(query.Slice(0, row, 1)), new HeadView(WithRows(keys)), new HeadView(WithRows(values)), options,
                new HeadView(y.Slice(0, row, 1)));
        }

        query.Kernels.Attention.AttentionEach(problems);
        return y;
    }

    private static bool IsRecorded(Tensor query, IReadOnlyList<(Tensor Keys, Tensor Values)> memories)
    {
        bool isRecorded = Recorder.IsNeeded(query);
        for (int row = 0; row < memories.Count && !isRecorded; row++)
        {
            isRecorded = Recorder.IsNeeded(memories[row].Keys, memories[row].Values);
        }

        return isRecorded;
    }

    private static void RequireMemory(Tensor query, Tensor keys, Tensor values, Tensor first)
    {
        if (keys.Rank != 4 || values.Rank != 4 || keys.Shape[0] != 1 || keys.Shape[3] != query.Shape[3]
            || values.Shape.With(3, 1) != keys.Shape.With(3, 1) || values.Shape[3] != first.Shape[3])
        {
            throw new ArgumentException(
                $"AttentionEach: keys [1, S, K, d] and values [1, S, K, e] are needed for queries of the shape {query.Shape}, the shapes are "
                + $"{keys.Shape} and {values.Shape}.");
        }

        RequireGroups(query.Shape[2], keys.Shape[2]);
    }
}
