namespace ManagedTransformer.Gpu;

// What is done to the sums, band by band.
internal static partial class TensorText
{
    private const string C0 = "{c0,c1,c2,c3}", C1 = "{c4,c5,c6,c7}", C2 = "{c8,c9,c10,c11}", C3 = "{c12,c13,c14,c15}";
    private const string C4 = "{c16,c17,c18,c19}", C5 = "{c20,c21,c22,c23}", C6 = "{c24,c25,c26,c27}", C7 = "{c28,c29,c30,c31}";
    private const string C8 = "{c32,c33,c34,c35}", C9 = "{c36,c37,c38,c39}", C10 = "{c40,c41,c42,c43}", C11 = "{c44,c45,c46,c47}";
    private const string C12 = "{c48,c49,c50,c51}", C13 = "{c52,c53,c54,c55}", C14 = "{c56,c57,c58,c59}", C15 = "{c60,c61,c62,c63}";
    private const string C16 = "{c64,c65,c66,c67}", C17 = "{c68,c69,c70,c71}", C18 = "{c72,c73,c74,c75}", C19 = "{c76,c77,c78,c79}";
    private const string C20 = "{c80,c81,c82,c83}", C21 = "{c84,c85,c86,c87}", C22 = "{c88,c89,c90,c91}", C23 = "{c92,c93,c94,c95}";

    public const string Zero0 =
        "mov.f32 c0, 0f00000000; mov.f32 c1, 0f00000000; mov.f32 c2, 0f00000000; mov.f32 c3, 0f00000000; mov.f32 c4, 0f00000000; "
        + "mov.f32 c5, 0f00000000; mov.f32 c6, 0f00000000; mov.f32 c7, 0f00000000; mov.f32 c8, 0f00000000; mov.f32 c9, 0f00000000; "
        + "mov.f32 c10, 0f00000000; mov.f32 c11, 0f00000000; mov.f32 c12, 0f00000000; mov.f32 c13, 0f00000000; "
        + "mov.f32 c14, 0f00000000; mov.f32 c15, 0f00000000;";

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

    public const string Zero4 =
        "mov.f32 c64, 0f00000000; mov.f32 c65, 0f00000000; mov.f32 c66, 0f00000000; mov.f32 c67, 0f00000000; "
        + "mov.f32 c68, 0f00000000; mov.f32 c69, 0f00000000; mov.f32 c70, 0f00000000; mov.f32 c71, 0f00000000; "
        + "mov.f32 c72, 0f00000000; mov.f32 c73, 0f00000000; mov.f32 c74, 0f00000000; mov.f32 c75, 0f00000000; "
        + "mov.f32 c76, 0f00000000; mov.f32 c77, 0f00000000; mov.f32 c78, 0f00000000; mov.f32 c79, 0f00000000;";

    public const string Zero5 =
        "mov.f32 c80, 0f00000000; mov.f32 c81, 0f00000000; mov.f32 c82, 0f00000000; mov.f32 c83, 0f00000000; "
        + "mov.f32 c84, 0f00000000; mov.f32 c85, 0f00000000; mov.f32 c86, 0f00000000; mov.f32 c87, 0f00000000; "
        + "mov.f32 c88, 0f00000000; mov.f32 c89, 0f00000000; mov.f32 c90, 0f00000000; mov.f32 c91, 0f00000000; "
        + "mov.f32 c92, 0f00000000; mov.f32 c93, 0f00000000; mov.f32 c94, 0f00000000; mov.f32 c95, 0f00000000;";

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

    public const string Add40 =
        "add.f32 c64, c64, d0; add.f32 c65, c65, d1; add.f32 c66, c66, d2; add.f32 c67, c67, d3; "
        + "add.f32 c68, c68, d4; add.f32 c69, c69, d5; add.f32 c70, c70, d6; add.f32 c71, c71, d7;";

    public const string Add41 =
        "add.f32 c72, c72, d0; add.f32 c73, c73, d1; add.f32 c74, c74, d2; add.f32 c75, c75, d3; "
        + "add.f32 c76, c76, d4; add.f32 c77, c77, d5; add.f32 c78, c78, d6; add.f32 c79, c79, d7;";

    public const string Add50 =
        "add.f32 c80, c80, d0; add.f32 c81, c81, d1; add.f32 c82, c82, d2; add.f32 c83, c83, d3; "
        + "add.f32 c84, c84, d4; add.f32 c85, c85, d5; add.f32 c86, c86, d6; add.f32 c87, c87, d7;";

    public const string Add51 =
        "add.f32 c88, c88, d0; add.f32 c89, c89, d1; add.f32 c90, c90, d2; add.f32 c91, c91, d3; "
        + "add.f32 c92, c92, d4; add.f32 c93, c93, d5; add.f32 c94, c94, d6; add.f32 c95, c95, d7;";

    public const string Tf32Products0 =
        $"{Tf32}{C0},{A},{B0},{C0}; {Tf32}{C1},{A},{B1},{C1}; {Tf32}{C2},{A},{B2},{C2}; {Tf32}{C3},{A},{B3},{C3};";

    public const string Tf32Products1 =
        $"{Tf32}{C4},{A},{B0},{C4}; {Tf32}{C5},{A},{B1},{C5}; {Tf32}{C6},{A},{B2},{C6}; {Tf32}{C7},{A},{B3},{C7};";

    public const string Tf32Products2 =
        $"{Tf32}{C8},{A},{B0},{C8}; {Tf32}{C9},{A},{B1},{C9}; {Tf32}{C10},{A},{B2},{C10}; {Tf32}{C11},{A},{B3},{C11};";

    public const string Tf32Products3 =
        $"{Tf32}{C12},{A},{B0},{C12}; {Tf32}{C13},{A},{B1},{C13}; {Tf32}{C14},{A},{B2},{C14}; {Tf32}{C15},{A},{B3},{C15};";

    public const string Tf32Products4 =
        $"{Tf32}{C16},{A},{B0},{C16}; {Tf32}{C17},{A},{B1},{C17}; {Tf32}{C18},{A},{B2},{C18}; {Tf32}{C19},{A},{B3},{C19};";

    public const string Tf32Products5 =
        $"{Tf32}{C20},{A},{B0},{C20}; {Tf32}{C21},{A},{B1},{C21}; {Tf32}{C22},{A},{B2},{C22}; {Tf32}{C23},{A},{B3},{C23};";

    public const string BFloat16Products0 =
        $"{BFloat16}{C0},{A},{B0},{C0}; {BFloat16}{C1},{A},{B1},{C1}; {BFloat16}{C2},{A},{B2},{C2}; {BFloat16}{C3},{A},{B3},{C3};";

    public const string BFloat16Products1 =
        $"{BFloat16}{C4},{A},{B0},{C4}; {BFloat16}{C5},{A},{B1},{C5}; {BFloat16}{C6},{A},{B2},{C6}; {BFloat16}{C7},{A},{B3},{C7};";

    public const string BFloat16Products2 =
        $"{BFloat16}{C8},{A},{B0},{C8}; {BFloat16}{C9},{A},{B1},{C9}; {BFloat16}{C10},{A},{B2},{C10}; {BFloat16}{C11},{A},{B3},{C11};";

    public const string BFloat16Products3 =
        $"{BFloat16}{C12},{A},{B0},{C12}; {BFloat16}{C13},{A},{B1},{C13}; {BFloat16}{C14},{A},{B2},{C14}; {BFloat16}{C15},{A},{B3},{C15};";

    public const string BFloat16Products4 =
        $"{BFloat16}{C16},{A},{B0},{C16}; {BFloat16}{C17},{A},{B1},{C17}; {BFloat16}{C18},{A},{B2},{C18}; {BFloat16}{C19},{A},{B3},{C19};";

    public const string BFloat16Products5 =
        $"{BFloat16}{C20},{A},{B0},{C20}; {BFloat16}{C21},{A},{B1},{C21}; {BFloat16}{C22},{A},{B2},{C22}; {BFloat16}{C23},{A},{B3},{C23};";

    public const string Scale0 =
        "mul.f32 c0, c0, %0; mul.f32 c1, c1, %0; mul.f32 c2, c2, %1; mul.f32 c3, c3, %1; mul.f32 c4, c4, %0; mul.f32 c5, c5, %0; "
        + "mul.f32 c6, c6, %1; mul.f32 c7, c7, %1; mul.f32 c8, c8, %0; mul.f32 c9, c9, %0; mul.f32 c10, c10, %1; "
        + "mul.f32 c11, c11, %1; mul.f32 c12, c12, %0; mul.f32 c13, c13, %0; mul.f32 c14, c14, %1; mul.f32 c15, c15, %1;";

    public const string Scale1 =
        "mul.f32 c16, c16, %0; mul.f32 c17, c17, %0; mul.f32 c18, c18, %1; mul.f32 c19, c19, %1; mul.f32 c20, c20, %0; "
        + "mul.f32 c21, c21, %0; mul.f32 c22, c22, %1; mul.f32 c23, c23, %1; mul.f32 c24, c24, %0; mul.f32 c25, c25, %0; "
        + "mul.f32 c26, c26, %1; mul.f32 c27, c27, %1; mul.f32 c28, c28, %0; mul.f32 c29, c29, %0; mul.f32 c30, c30, %1; "
        + "mul.f32 c31, c31, %1;";

    public const string Scale2 =
        "mul.f32 c32, c32, %0; mul.f32 c33, c33, %0; mul.f32 c34, c34, %1; mul.f32 c35, c35, %1; mul.f32 c36, c36, %0; "
        + "mul.f32 c37, c37, %0; mul.f32 c38, c38, %1; mul.f32 c39, c39, %1; mul.f32 c40, c40, %0; mul.f32 c41, c41, %0; "
        + "mul.f32 c42, c42, %1; mul.f32 c43, c43, %1; mul.f32 c44, c44, %0; mul.f32 c45, c45, %0; mul.f32 c46, c46, %1; "
        + "mul.f32 c47, c47, %1;";

    public const string Scale3 =
        "mul.f32 c48, c48, %0; mul.f32 c49, c49, %0; mul.f32 c50, c50, %1; mul.f32 c51, c51, %1; mul.f32 c52, c52, %0; "
        + "mul.f32 c53, c53, %0; mul.f32 c54, c54, %1; mul.f32 c55, c55, %1; mul.f32 c56, c56, %0; mul.f32 c57, c57, %0; "
        + "mul.f32 c58, c58, %1; mul.f32 c59, c59, %1; mul.f32 c60, c60, %0; mul.f32 c61, c61, %0; mul.f32 c62, c62, %1; "
        + "mul.f32 c63, c63, %1;";

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

    public const string AddOuter0 =
        "ld.shared.v2.f32 {d0,d1}, [%2]; ld.shared.v2.f32 {d2,d3}, [%2+32]; ld.shared.v2.f32 {d4,d5}, [%2+64]; "
        + "ld.shared.v2.f32 {d6,d7}, [%2+96]; fma.rn.f32 c0, %0, d0, c0; fma.rn.f32 c1, %0, d1, c1; fma.rn.f32 c2, %1, d0, c2; "
        + "fma.rn.f32 c3, %1, d1, c3; fma.rn.f32 c4, %0, d2, c4; fma.rn.f32 c5, %0, d3, c5; fma.rn.f32 c6, %1, d2, c6; "
        + "fma.rn.f32 c7, %1, d3, c7; fma.rn.f32 c8, %0, d4, c8; fma.rn.f32 c9, %0, d5, c9; fma.rn.f32 c10, %1, d4, c10; "
        + "fma.rn.f32 c11, %1, d5, c11; fma.rn.f32 c12, %0, d6, c12; fma.rn.f32 c13, %0, d7, c13; fma.rn.f32 c14, %1, d6, c14; "
        + "fma.rn.f32 c15, %1, d7, c15;";

    public const string AddOuter1 =
        "ld.shared.v2.f32 {d0,d1}, [%2]; ld.shared.v2.f32 {d2,d3}, [%2+32]; ld.shared.v2.f32 {d4,d5}, [%2+64]; "
        + "ld.shared.v2.f32 {d6,d7}, [%2+96]; fma.rn.f32 c16, %0, d0, c16; fma.rn.f32 c17, %0, d1, c17; "
        + "fma.rn.f32 c18, %1, d0, c18; fma.rn.f32 c19, %1, d1, c19; fma.rn.f32 c20, %0, d2, c20; fma.rn.f32 c21, %0, d3, c21; "
        + "fma.rn.f32 c22, %1, d2, c22; fma.rn.f32 c23, %1, d3, c23; fma.rn.f32 c24, %0, d4, c24; fma.rn.f32 c25, %0, d5, c25; "
        + "fma.rn.f32 c26, %1, d4, c26; fma.rn.f32 c27, %1, d5, c27; fma.rn.f32 c28, %0, d6, c28; fma.rn.f32 c29, %0, d7, c29; "
        + "fma.rn.f32 c30, %1, d6, c30; fma.rn.f32 c31, %1, d7, c31;";

    public const string AddOuter2 =
        "ld.shared.v2.f32 {d0,d1}, [%2]; ld.shared.v2.f32 {d2,d3}, [%2+32]; ld.shared.v2.f32 {d4,d5}, [%2+64]; "
        + "ld.shared.v2.f32 {d6,d7}, [%2+96]; fma.rn.f32 c32, %0, d0, c32; fma.rn.f32 c33, %0, d1, c33; "
        + "fma.rn.f32 c34, %1, d0, c34; fma.rn.f32 c35, %1, d1, c35; fma.rn.f32 c36, %0, d2, c36; fma.rn.f32 c37, %0, d3, c37; "
        + "fma.rn.f32 c38, %1, d2, c38; fma.rn.f32 c39, %1, d3, c39; fma.rn.f32 c40, %0, d4, c40; fma.rn.f32 c41, %0, d5, c41; "
        + "fma.rn.f32 c42, %1, d4, c42; fma.rn.f32 c43, %1, d5, c43; fma.rn.f32 c44, %0, d6, c44; fma.rn.f32 c45, %0, d7, c45; "
        + "fma.rn.f32 c46, %1, d6, c46; fma.rn.f32 c47, %1, d7, c47;";

    public const string AddOuter3 =
        "ld.shared.v2.f32 {d0,d1}, [%2]; ld.shared.v2.f32 {d2,d3}, [%2+32]; ld.shared.v2.f32 {d4,d5}, [%2+64]; "
        + "ld.shared.v2.f32 {d6,d7}, [%2+96]; fma.rn.f32 c48, %0, d0, c48; fma.rn.f32 c49, %0, d1, c49; "
        + "fma.rn.f32 c50, %1, d0, c50; fma.rn.f32 c51, %1, d1, c51; fma.rn.f32 c52, %0, d2, c52; fma.rn.f32 c53, %0, d3, c53; "
        + "fma.rn.f32 c54, %1, d2, c54; fma.rn.f32 c55, %1, d3, c55; fma.rn.f32 c56, %0, d4, c56; fma.rn.f32 c57, %0, d5, c57; "
        + "fma.rn.f32 c58, %1, d4, c58; fma.rn.f32 c59, %1, d5, c59; fma.rn.f32 c60, %0, d6, c60; fma.rn.f32 c61, %0, d7, c61; "
        + "fma.rn.f32 c62, %1, d6, c62; fma.rn.f32 c63, %1, d7, c63;";
}
