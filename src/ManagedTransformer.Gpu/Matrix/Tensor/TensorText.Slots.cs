namespace ManagedTransformer.Gpu;

// What span attention does to its scores, which are the fifth band: slots lie on diagonals of a tile of keys.
internal static partial class TensorText
{
    // Two columns of two rows each, 8 columns apart.

    public const string StoreSlots0 =
        "st.shared.f32 [%0], c64; st.shared.f32 [%1], c65; st.shared.f32 [%2], c66; st.shared.f32 [%3], c67;";

    public const string StoreSlots1 =
        "st.shared.f32 [%0], c68; st.shared.f32 [%1], c69; st.shared.f32 [%2], c70; st.shared.f32 [%3], c71;";

    public const string StoreSlots2 =
        "st.shared.f32 [%0], c72; st.shared.f32 [%1], c73; st.shared.f32 [%2], c74; st.shared.f32 [%3], c75;";

    public const string StoreSlots3 =
        "st.shared.f32 [%0], c76; st.shared.f32 [%1], c77; st.shared.f32 [%2], c78; st.shared.f32 [%3], c79;";

    // As sums over 8 k of 16 columns.
    public const string LoadTile =
        "ld.shared.v2.f32 {d0,d1}, [%0]; ld.shared.v2.f32 {d2,d3}, [%1]; "
        + "ld.shared.v2.f32 {d4,d5}, [%0+32]; ld.shared.v2.f32 {d6,d7}, [%1+32];";

    // The same for numbers that lie the other way round.
    public const string LoadSums0 = "ld.shared.f32 d0, [%0]; ld.shared.f32 d1, [%1]; ld.shared.f32 d2, [%0+32]; ld.shared.f32 d3, [%1+32];";

    public const string LoadSums1 = "ld.shared.f32 d4, [%0]; ld.shared.f32 d5, [%1]; ld.shared.f32 d6, [%0+32]; ld.shared.f32 d7, [%1+32];";

    // As LoadLeftWeights takes them.
    public const string LoadKeys = "ld.shared.v2.b32 {x0,x2}, [%0]; ld.shared.v2.b32 {x1,x3}, [%1];";

    public const string LoadSlots =
        "ld.shared.b32 x0, [%0]; ld.shared.b32 x2, [%1]; ld.shared.b32 x1, [%2]; ld.shared.b32 x3, [%3];";
}
