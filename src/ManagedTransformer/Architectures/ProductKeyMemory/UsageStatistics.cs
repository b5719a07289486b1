namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>
/// How evenly a memory's slots are used (Lample et al., 2019, section 4.4), from the summed weights z of the slots, scaled to add up to 1.
/// </summary>
/// <param name="Usage">Share of slots with z > 0.</param>
/// <param name="KlWeighted">Divergence from uniform use ln S + sum of z ln z: 0 for uniform use, ln S for a single slot.</param>
/// <param name="KlCount">The same with every read counted as 1.</param>
/// <param name="Gini">1 - 2 mean of the running sums of z in ascending order.</param>
/// <param name="Top50">Largest slots that hold about 50 % of the weight.</param>
/// <param name="Top90">Largest slots that hold about 90 % of the weight.</param>
/// <param name="Top99">Largest slots that hold about 99 % of the weight.</param>
internal readonly record struct UsageStatistics(double Usage, double KlWeighted, double KlCount, double Gini, long Top50,
    long Top90, long Top99);
