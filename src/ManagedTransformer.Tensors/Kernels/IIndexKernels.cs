namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Reads and additions at indices (Int32).</summary>
internal interface IIndexKernels
{
    /// <summary>y[i] = table[indices[i]] for rows of <paramref name="width"/> elements.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index outside 0 .. tableRows-1.</exception>
    void GatherRows(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer y, long count, int width);

    /// <summary>
    /// table[indices[i]] += x[i], in the order of i for every table row; indices equal to <paramref name="skipped"/> are left out (-1:
    /// none).
    /// </summary>
    void ScatterAddRows(DeviceBuffer x, DeviceBuffer indices, int skipped, DeviceBuffer table, int tableRows, long count, int width);

    /// <summary>y[o, j, i] = x[o, indices[o, j, i], i] for x [outer, n, inner] and indices, y [outer, k, inner].</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index outside 0 .. n-1.</exception>
    void Gather(DeviceBuffer x, DeviceBuffer indices, DeviceBuffer y, long outer, int n, int k, long inner);

    /// <summary>x[o, indices[o, j, i], i] += y[o, j, i], in the order of j.</summary>
    void ScatterAdd(DeviceBuffer y, DeviceBuffer indices, DeviceBuffer x, long outer, int n, int k, long inner);

    /// <summary>
    /// y[b] = sum over m of weights[b, m] table[indices[b, m]] for indices and weights [bags, perBag] and y [bags, width].
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An index outside 0 .. tableRows-1.</exception>
    void EmbeddingBag(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer weights, DeviceBuffer y, long bags,
        int perBag, int width);

    /// <summary>dWeights[b, m] = &lt;dy[b], table[indices[b, m]]&gt;.</summary>
    void EmbeddingBagWeightGradient(DeviceBuffer table, DeviceBuffer indices, DeviceBuffer dy, DeviceBuffer dWeights, long bags,
        int perBag, int width);

    /// <summary>
    /// sorted = the indices in ascending order; order[place] = the position that sorted[place] had,
    /// equal indices in the order of their positions.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An index outside 0 .. limit-1.</exception>
    void Sort(DeviceBuffer indices, int limit, DeviceBuffer sorted, DeviceBuffer order, long count);

    /// <summary>Adds the sum of its contributions to every table row that has any.</summary>
    void AddRows(in RowContributions contributions, DeviceBuffer table);
}
