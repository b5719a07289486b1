namespace ManagedTransformer.Gpu;

/// <summary>
/// PTX of matrix products on tensor cores. A thread holds registers that are declared here and that only this text touches, since values
/// that pass through the compiler's own variables would be spilled to memory: <c>x</c> and <c>y</c> are the fragments of op(A) and op(B) as
/// they were read, <c>a</c> and <c>b</c> what is multiplied, <c>s</c> and <c>t</c> what Float32 has beyond <c>a</c> and <c>b</c>, <c>d</c>
/// the sums over 8 k, and <c>c</c> the sums over K, in bands of 16 rows and 32 columns: <c>c0</c> to <c>c15</c> belong to the first band,
/// four registers to every 8 columns. A warp of a product has up to four bands below one another, one of attention up to four beside one
/// another and two of scores.
/// </summary>
internal static partial class TensorText
{
    public const string Registers =
        ".reg .f32 c<96>; .reg .f32 d<8>; .reg .f32 z; "
        + ".reg .b32 x<4>; .reg .b32 y<8>; .reg .b32 a<4>; .reg .b32 b<8>; .reg .b32 s<4>; .reg .b32 t<8>; mov.f32 z, 0f00000000;";

    // Operands that lie along K: ldmatrix reads 16-bit elements, two of which make a Float32.
    public const string LoadLeftAlong = "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {x0,x1,x2,x3}, [%0];";

    public const string LoadRightAlong =
        "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {y0,y1,y2,y3}, [%0]; ldmatrix.sync.aligned.m8n8.x4.shared.b16 {y4,y5,y6,y7}, [%1];";

    // Operands that lie across K, of whose two rows the addresses are.
    public const string LoadLeftAcross =
        "ld.shared.b32 x0, [%0]; ld.shared.b32 x1, [%0+32]; ld.shared.b32 x2, [%1]; ld.shared.b32 x3, [%1+32];";

    public const string LoadRightAcross =
        "ld.shared.b32 y0, [%0]; ld.shared.b32 y1, [%1]; ld.shared.b32 y2, [%0+32]; ld.shared.b32 y3, [%1+32]; "
        + "ld.shared.b32 y4, [%0+64]; ld.shared.b32 y5, [%1+64]; ld.shared.b32 y6, [%0+96]; ld.shared.b32 y7, [%1+96];";

    // Four scores of a lane: the columns 2 k and 2 k + 1 of one row, and of the row 8 below. The product calls the columns k and k + 4.
    public const string LoadLeftWeights = "mov.b32 x0, %0; mov.b32 x2, %1; mov.b32 x1, %2; mov.b32 x3, %3;";

    // Rounding to the nearest 11 significant bits in integers; what is lost is exact. A NaN may leave the first part, but never the second.
    public const string SplitLeft =
        "add.u32 a0, x0, 4096; add.u32 a1, x1, 4096; add.u32 a2, x2, 4096; add.u32 a3, x3, 4096; "
        + "and.b32 a0, a0, -8192; and.b32 a1, a1, -8192; and.b32 a2, a2, -8192; and.b32 a3, a3, -8192; "
        + "sub.f32 s0, x0, a0; sub.f32 s1, x1, a1; sub.f32 s2, x2, a2; sub.f32 s3, x3, a3;";

    public const string SplitRight =
        "add.u32 b0, y0, 4096; add.u32 b1, y1, 4096; add.u32 b2, y2, 4096; add.u32 b3, y3, 4096; "
        + "add.u32 b4, y4, 4096; add.u32 b5, y5, 4096; add.u32 b6, y6, 4096; add.u32 b7, y7, 4096; "
        + "and.b32 b0, b0, -8192; and.b32 b1, b1, -8192; and.b32 b2, b2, -8192; and.b32 b3, b3, -8192; "
        + "and.b32 b4, b4, -8192; and.b32 b5, b5, -8192; and.b32 b6, b6, -8192; and.b32 b7, b7, -8192; "
        + "sub.f32 t0, y0, b0; sub.f32 t1, y1, b1; sub.f32 t2, y2, b2; sub.f32 t3, y3, b3; "
        + "sub.f32 t4, y4, b4; sub.f32 t5, y5, b5; sub.f32 t6, y6, b6; sub.f32 t7, y7, b7;";

    public const string TakeRight =
        "mov.b32 b0, y0; mov.b32 b1, y1; mov.b32 b2, y2; mov.b32 b3, y3; "
        + "mov.b32 b4, y4; mov.b32 b5, y5; mov.b32 b6, y6; mov.b32 b7, y7;";

    public const string RoundLeftToTf32 =
        "cvt.rna.tf32.f32 a0, x0; cvt.rna.tf32.f32 a1, x1; cvt.rna.tf32.f32 a2, x2; cvt.rna.tf32.f32 a3, x3;";

    public const string RoundRightToTf32 =
        "cvt.rna.tf32.f32 b0, y0; cvt.rna.tf32.f32 b1, y1; cvt.rna.tf32.f32 b2, y2; cvt.rna.tf32.f32 b3, y3; "
        + "cvt.rna.tf32.f32 b4, y4; cvt.rna.tf32.f32 b5, y5; cvt.rna.tf32.f32 b6, y6; cvt.rna.tf32.f32 b7, y7;";

    // A product takes 16 k at once, in pairs. Which k it calls by which number is free as long as both operands agree: a pair is k and k +
    // 4 of 8, as the fragments bring them.
    public const string PackLeftLow = "cvt.rn.bf16x2.f32 a0, x2, x0; cvt.rn.bf16x2.f32 a1, x3, x1;";

    public const string PackLeftHigh = "cvt.rn.bf16x2.f32 a2, x2, x0; cvt.rn.bf16x2.f32 a3, x3, x1;";

    public const string PackRightLow =
        "cvt.rn.bf16x2.f32 b0, y1, y0; cvt.rn.bf16x2.f32 b2, y3, y2; "
        + "cvt.rn.bf16x2.f32 b4, y5, y4; cvt.rn.bf16x2.f32 b6, y7, y6;";

    public const string PackRightHigh =
        "cvt.rn.bf16x2.f32 b1, y1, y0; cvt.rn.bf16x2.f32 b3, y3, y2; "
        + "cvt.rn.bf16x2.f32 b5, y5, y4; cvt.rn.bf16x2.f32 b7, y7, y6;";

    private const string Tf32 = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 ";

    private const string BFloat16 = "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 ";
    private const string A = "{a0,a1,a2,a3}", S = "{s0,s1,s2,s3}", Zeros = "{z,z,z,z}";
    private const string B0 = "{b0,b1}", B1 = "{b2,b3}", B2 = "{b4,b5}", B3 = "{b6,b7}";
    private const string T0 = "{t0,t1}", T1 = "{t2,t3}", T2 = "{t4,t5}", T3 = "{t6,t7}";
    private const string D0 = "{d0,d1,d2,d3}", D1 = "{d4,d5,d6,d7}";

    // Sums over 8 k of the three products that matter, smallest first, for 16 columns: tensor cores cut off what lies below the sum so far,
    // so the sums over K are added outside of them.

    public const string LowLeftProducts0 = $"{Tf32}{D0},{S},{B0},{Zeros}; {Tf32}{D1},{S},{B1},{Zeros};";

    public const string LowRightProducts0 = $"{Tf32}{D0},{A},{T0},{D0}; {Tf32}{D1},{A},{T1},{D1};";

    public const string HighProducts0 = $"{Tf32}{D0},{A},{B0},{D0}; {Tf32}{D1},{A},{B1},{D1};";

    public const string LowLeftProducts1 = $"{Tf32}{D0},{S},{B2},{Zeros}; {Tf32}{D1},{S},{B3},{Zeros};";

    public const string LowRightProducts1 = $"{Tf32}{D0},{A},{T2},{D0}; {Tf32}{D1},{A},{T3},{D1};";

    public const string HighProducts1 = $"{Tf32}{D0},{A},{B2},{D0}; {Tf32}{D1},{A},{B3},{D1};";

    // With the operands exchanged, what was from the left is from the right: it comes first again.

    public const string MirroredLowProducts0 =
        $"{Tf32}{D0},{A},{T0},{Zeros}; {Tf32}{D1},{A},{T1},{Zeros}; {Tf32}{D0},{S},{B0},{D0}; {Tf32}{D1},{S},{B1},{D1};";

    public const string MirroredLowProducts1 =
        $"{Tf32}{D0},{A},{T2},{Zeros}; {Tf32}{D1},{A},{T3},{Zeros}; {Tf32}{D0},{S},{B2},{D0}; {Tf32}{D1},{S},{B3},{D1};";
}
