using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// What a graphics card can do at most, from its maker's data sheet: the ceilings under which a kernel's time is predicted.
/// </summary>
/// <param name="Name">Short name, as options have it.</param>
/// <param name="Title">The card's name.</param>
/// <param name="GigabytesPerSecond">Bandwidth of its memory, in 10^9 bytes.</param>
/// <param name="Float32">Multiplications and additions of binary32 outside tensor cores, in 10^9 per second.</param>
/// <param name="Tf32">Those of dense TF32 products on tensor cores.</param>
/// <param name="BFloat16">Those of dense bfloat16 products on tensor cores, summed in binary32.</param>
/// <param name="MmaShare">
/// The share of tensor-core rates that the instruction <c>mma.sync</c> is taken to reach, which our kernels use: 0.62 on Hopper, whose
/// full rate takes <c>wgmma</c> (after Luo et al., Benchmarking and Dissecting the Nvidia Hopper GPU Architecture, 2024), elsewhere 1.
/// </param>
public sealed record CardCeilings(string Name, string Title, double GigabytesPerSecond, double Float32, double Tf32, double BFloat16,
    double MmaShare)
{
    // A product of Float32 exactness is three of TF32.
    private const int ProductsOfFloat32 = 3;

    /// <summary>The cards that are known.</summary>
    public static IReadOnlyList<CardCeilings> All { get; } =
    [
        new("a100", "NVIDIA A100 SXM 80 GB", 2_039, 19_500, 156_000, 312_000, 1),
        new("h100", "NVIDIA H100 SXM", 3_350, 66_900, 494_700, 989_400, 0.62),
        new("h200", "NVIDIA H200 SXM", 4_800, 66_900, 494_700, 989_400, 0.62),
        new("rtx4090", "NVIDIA GeForce RTX 4090", 1_008, 82_600, 82_600, 165_200, 1),
    ];

    /// <summary>Multiplications and additions per second of a matrix product of our kernels, in 10^9.</summary>
    /// <param name="precision">How exactly it multiplies.</param>
    public double MatMul(MatMulPrecision precision) => MmaShare * precision switch
    {
        MatMulPrecision.Float32 => Tf32 / ProductsOfFloat32,
        MatMulPrecision.Tf32 => Tf32,
        MatMulPrecision.BFloat16 => BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };
}
