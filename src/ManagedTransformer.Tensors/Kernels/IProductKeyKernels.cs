namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Search among keys that are all pairs of two half keys: slot i n + j has the score a[i] + b[j], with a[i] = &lt;first half of the query,
/// keys[head, 0, i]&gt; and b[j] = &lt;second half, keys[head, 1, j]&gt;. Scores and slots (Int32) are [rows, heads, kept].
/// </summary>
internal interface IProductKeyKernels
{
    /// <summary>
    /// The kept slots of every row and head with the largest scores, largest first, ties by smaller slot; NaN counts as negative infinity.
    /// </summary>
    void Search(DeviceBuffer query, DeviceBuffer keys, DeviceBuffer scores, DeviceBuffer slots, in ProductKeyShape shape);

    /// <summary>dQuery[row, head] = the sum over kept slots (i, j) of dScore times the pair (keys[head, 0, i], keys[head, 1, j]).</summary>
    void QueryGradient(DeviceBuffer keys, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dQuery, in ProductKeyShape shape);

    /// <summary>
    /// dKeys[head, 0, i] += dScore q1 and dKeys[head, 1, j] += dScore q2 for every kept slot (i, j), in the order of rows and ranks.
    /// </summary>
    void KeyGradient(DeviceBuffer query, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dKeys, in ProductKeyShape shape);
}
