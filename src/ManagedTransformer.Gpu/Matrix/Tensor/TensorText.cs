namespace ManagedTransformer.Gpu;

/// <summary>
/// PTX of matrix products on tensor cores. A thread holds registers that are declared here and that only this text touches, since values
/// that pass through the compiler's own variables would be spilled to memory: <c>x</c> and <c>y</c> are the fragments of op(A) and op(B) as
/// they were read, <c>a</c> and <c>b</c> what is multiplied, <c>s</c> and <c>t</c> what Float32 has beyond <c>a</c> and <c>b</c>, <c>d</c>
/// the sums over 8 k, and <c>c</c> the sums over K. A warp covers 32 columns and one to four bands of 16 rows: <c>c0</c> to <c>c15</c>
/// belong to the first band, four registers to every 8 columns.
/// </summary>
internal static class TensorText
{
    public const string Registers =
        ".reg .f32 c<64>; .reg .f32 d<8>; .reg .f32 z; "
        + ".reg .b32 x<4>; .reg .b32 y<8>; .reg .b32 a<4>; .reg .b32 b<8>; .reg .b32 s<4>; .reg .b32 t<8>;";

    public const string Zero0 =
        "mov.f32 z, 0f00000000; mov.f32 c0, 0f00000000; mov.f32 c1, 0f00000000; mov.f32 c2, 0f00000000; mov.f32 c3, 0f00000000; "
        + "mov.f32 c4, 0f00000000; mov.f32 c5, 0f00000000; mov.f32 c6, 0f00000000; mov.f32 c7, 0f00000000; "
        + "mov.f32 c8, 0f00000000; mov.f32 c9, 0f00000000; mov.f32 c10, 0f00000000; mov.f32 c11, 0f00000000; "
        + "mov.f32 c12, 0f00000000; mov.f32 c13, 0f00000000; mov.f32 c14, 0f00000000; mov.f32 c15, 0f00000000;";

    public const string Zero1 =
        "mov.f32 c16, 0f00000000; mov.f32 c17, 0f00000000; mov.f32 c18, 0f00000000; mov.f32 c19, 0f00000000; "
        + "mov.f32 c20, 0f00000000; mov.f32 c21, 0f00000000; mov.f32 c22, 0f00000000; mov.f32 c23, 0f00000000; "
        + "mov.f32 c24, 0f00000000; mov.f32 c25, 0f00000000; mov.f32 c26, 0f00000000; mov.f32 c27, 0f00000000; "
        + "mov.f32 c28, 0f00000000; mov.f32 c29, 0f00000000; mov.f32 c30, 0f00000000; mov.f32 c31, 0f00000000;";

    public const string Zero2 =
        "mov.f32 c32, 0f00000000; mov.f32 c33, 0f00000000; mov.f32 c34, 0f00000000; mov.f32 c35, 0f00000000; "
        + "mov.f32 c36, 0f00000000; mov.f32 c37, 0f00000000; mov.f32 c38, 0f00000000; mov.f32 c39, 0f00000000; "
        + "mov.f32 c40, 0f00000000; mov.f32 c41, 0f00000000; mov.f32 c42, 0f00000000; mov.f32 c43, 0f00000000; "
        + "mov.f32 c44, 0f00000000; mov.f32 c45, 0f00000000; mov.f32 c46, 0f00000000; mov.f32 c47, 0f00000000;";

    public const string Zero3 =
        "mov.f32 c48, 0f00000000; mov.f32 c49, 0f00000000; mov.f32 c50, 0f00000000; mov.f32 c51, 0f00000000; "
        + "mov.f32 c52, 0f00000000; mov.f32 c53, 0f00000000; mov.f32 c54, 0f00000000; mov.f32 c55, 0f00000000; "
        + "mov.f32 c56, 0f00000000; mov.f32 c57, 0f00000000; mov.f32 c58, 0f00000000; mov.f32 c59, 0f00000000; "
        + "mov.f32 c60, 0f00000000; mov.f32 c61, 0f00000000; mov.f32 c62, 0f00000000; mov.f32 c63, 0f00000000;";

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
    private const string C0 = "{c0,c1,c2,c3}", C1 = "{c4,c5,c6,c7}", C2 = "{c8,c9,c10,c11}", C3 = "{c12,c13,c14,c15}";
    private const string C4 = "{c16,c17,c18,c19}", C5 = "{c20,c21,c22,c23}", C6 = "{c24,c25,c26,c27}", C7 = "{c28,c29,c30,c31}";
    private const string C8 = "{c32,c33,c34,c35}", C9 = "{c36,c37,c38,c39}", C10 = "{c40,c41,c42,c43}", C11 = "{c44,c45,c46,c47}";
    private const string C12 = "{c48,c49,c50,c51}", C13 = "{c52,c53,c54,c55}", C14 = "{c56,c57,c58,c59}", C15 = "{c60,c61,c62,c63}";

    // Sums over 8 k of the three products that matter, smallest first, for 16 columns: tensor cores cut off what lies below the sum so far,
    // so the sums over K are added outside of them.

    public const string LowLeftProducts0 = $"{Tf32}{D0},{S},{B0},{Zeros}; {Tf32}{D1},{S},{B1},{Zeros};";

    public const string LowRightProducts0 = $"{Tf32}{D0},{A},{T0},{D0}; {Tf32}{D1},{A},{T1},{D1};";

    public const string HighProducts0 = $"{Tf32}{D0},{A},{B0},{D0}; {Tf32}{D1},{A},{B1},{D1};";

    public const string LowLeftProducts1 = $"{Tf32}{D0},{S},{B2},{Zeros}; {Tf32}{D1},{S},{B3},{Zeros};";

    public const string LowRightProducts1 = $"{Tf32}{D0},{A},{T2},{D0}; {Tf32}{D1},{A},{T3},{D1};";

    public const string HighProducts1 = $"{Tf32}{D0},{A},{B2},{D0}; {Tf32}{D1},{A},{B3},{D1};";

    public const string Add00 =
        "add.f32 c0, c0, d0; add.f32 c1, c1, d1; add.f32 c2, c2, d2; add.f32 c3, c3, d3; "
        + "add.f32 c4, c4, d4; add.f32 c5, c5, d5; add.f32 c6, c6, d6; add.f32 c7, c7, d7;";

    public const string Add01 =
        "add.f32 c8, c8, d0; add.f32 c9, c9, d1; add.f32 c10, c10, d2; add.f32 c11, c11, d3; "
        + "add.f32 c12, c12, d4; add.f32 c13, c13, d5; add.f32 c14, c14, d6; add.f32 c15, c15, d7;";

    public const string Add10 =
        "add.f32 c16, c16, d0; add.f32 c17, c17, d1; add.f32 c18, c18, d2; add.f32 c19, c19, d3; "
        + "add.f32 c20, c20, d4; add.f32 c21, c21, d5; add.f32 c22, c22, d6; add.f32 c23, c23, d7;";

    public const string Add11 =
        "add.f32 c24, c24, d0; add.f32 c25, c25, d1; add.f32 c26, c26, d2; add.f32 c27, c27, d3; "
        + "add.f32 c28, c28, d4; add.f32 c29, c29, d5; add.f32 c30, c30, d6; add.f32 c31, c31, d7;";

    public const string Add20 =
        "add.f32 c32, c32, d0; add.f32 c33, c33, d1; add.f32 c34, c34, d2; add.f32 c35, c35, d3; "
        + "add.f32 c36, c36, d4; add.f32 c37, c37, d5; add.f32 c38, c38, d6; add.f32 c39, c39, d7;";

    public const string Add21 =
        "add.f32 c40, c40, d0; add.f32 c41, c41, d1; add.f32 c42, c42, d2; add.f32 c43, c43, d3; "
        + "add.f32 c44, c44, d4; add.f32 c45, c45, d5; add.f32 c46, c46, d6; add.f32 c47, c47, d7;";

    public const string Add30 =
        "add.f32 c48, c48, d0; add.f32 c49, c49, d1; add.f32 c50, c50, d2; add.f32 c51, c51, d3; "
        + "add.f32 c52, c52, d4; add.f32 c53, c53, d5; add.f32 c54, c54, d6; add.f32 c55, c55, d7;";

    public const string Add31 =
        "add.f32 c56, c56, d0; add.f32 c57, c57, d1; add.f32 c58, c58, d2; add.f32 c59, c59, d3; "
        + "add.f32 c60, c60, d4; add.f32 c61, c61, d5; add.f32 c62, c62, d6; add.f32 c63, c63, d7;";

    public const string Tf32Products0 =
        $"{Tf32}{C0},{A},{B0},{C0}; {Tf32}{C1},{A},{B1},{C1}; {Tf32}{C2},{A},{B2},{C2}; {Tf32}{C3},{A},{B3},{C3};";

    public const string Tf32Products1 =
        $"{Tf32}{C4},{A},{B0},{C4}; {Tf32}{C5},{A},{B1},{C5}; {Tf32}{C6},{A},{B2},{C6}; {Tf32}{C7},{A},{B3},{C7};";

    public const string Tf32Products2 =
        $"{Tf32}{C8},{A},{B0},{C8}; {Tf32}{C9},{A},{B1},{C9}; {Tf32}{C10},{A},{B2},{C10}; {Tf32}{C11},{A},{B3},{C11};";

    public const string Tf32Products3 =
        $"{Tf32}{C12},{A},{B0},{C12}; {Tf32}{C13},{A},{B1},{C13}; {Tf32}{C14},{A},{B2},{C14}; {Tf32}{C15},{A},{B3},{C15};";

    public const string BFloat16Products0 =
        $"{BFloat16}{C0},{A},{B0},{C0}; {BFloat16}{C1},{A},{B1},{C1}; {BFloat16}{C2},{A},{B2},{C2}; {BFloat16}{C3},{A},{B3},{C3};";

    public const string BFloat16Products1 =
        $"{BFloat16}{C4},{A},{B0},{C4}; {BFloat16}{C5},{A},{B1},{C5}; {BFloat16}{C6},{A},{B2},{C6}; {BFloat16}{C7},{A},{B3},{C7};";

    public const string BFloat16Products2 =
        $"{BFloat16}{C8},{A},{B0},{C8}; {BFloat16}{C9},{A},{B1},{C9}; {BFloat16}{C10},{A},{B2},{C10}; {BFloat16}{C11},{A},{B3},{C11};";

    public const string BFloat16Products3 =
        $"{BFloat16}{C12},{A},{B0},{C12}; {BFloat16}{C13},{A},{B1},{C13}; {BFloat16}{C14},{A},{B2},{C14}; {BFloat16}{C15},{A},{B3},{C15};";

    public const string Store0 =
        "st.shared.v2.f32 [%0+0], {c0,c1}; st.shared.v2.f32 [%0+32], {c4,c5}; "
        + "st.shared.v2.f32 [%0+64], {c8,c9}; st.shared.v2.f32 [%0+96], {c12,c13}; "
        + "st.shared.v2.f32 [%1+0], {c2,c3}; st.shared.v2.f32 [%1+32], {c6,c7}; "
        + "st.shared.v2.f32 [%1+64], {c10,c11}; st.shared.v2.f32 [%1+96], {c14,c15};";

    public const string Store1 =
        "st.shared.v2.f32 [%0+0], {c16,c17}; st.shared.v2.f32 [%0+32], {c20,c21}; "
        + "st.shared.v2.f32 [%0+64], {c24,c25}; st.shared.v2.f32 [%0+96], {c28,c29}; "
        + "st.shared.v2.f32 [%1+0], {c18,c19}; st.shared.v2.f32 [%1+32], {c22,c23}; "
        + "st.shared.v2.f32 [%1+64], {c26,c27}; st.shared.v2.f32 [%1+96], {c30,c31};";

    public const string Store2 =
        "st.shared.v2.f32 [%0+0], {c32,c33}; st.shared.v2.f32 [%0+32], {c36,c37}; "
        + "st.shared.v2.f32 [%0+64], {c40,c41}; st.shared.v2.f32 [%0+96], {c44,c45}; "
        + "st.shared.v2.f32 [%1+0], {c34,c35}; st.shared.v2.f32 [%1+32], {c38,c39}; "
        + "st.shared.v2.f32 [%1+64], {c42,c43}; st.shared.v2.f32 [%1+96], {c46,c47};";

    public const string Store3 =
        "st.shared.v2.f32 [%0+0], {c48,c49}; st.shared.v2.f32 [%0+32], {c52,c53}; "
        + "st.shared.v2.f32 [%0+64], {c56,c57}; st.shared.v2.f32 [%0+96], {c60,c61}; "
        + "st.shared.v2.f32 [%1+0], {c50,c51}; st.shared.v2.f32 [%1+32], {c54,c55}; "
        + "st.shared.v2.f32 [%1+64], {c58,c59}; st.shared.v2.f32 [%1+96], {c62,c63};";
}
