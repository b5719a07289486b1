namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// mma.sync.m16n8kK.row.col with float32 sums: D[16, 8] = A[16, K] B[K, 8] + C, the operands in tf32 (K = 4, 8) or bf16 (K = 8, 16), spread
/// over the warp as the manual of PTX
/// draws it. Products are exact and summed in float64; the hardware's own order of sums is not documented.
/// </summary>
internal sealed unsafe class PtxMatrixProduct(int[] d, int[] a, int[] b, int[] c, int depth, bool isBFloat16) : PtxInstruction
{
    private const int Rows = 16, Columns = 8, MostDepth = 16;

    public override void Execute(PtxWarp warp, uint lanes)
    {
        warp.RequireAll(lanes);
        float* left = stackalloc float[Rows * MostDepth];
        float* right = stackalloc float[MostDepth * Columns];
        Gather(warp.Registers, left, right);
        for (int lane = 0; lane < PtxWarp.Size; lane++)
        {
            for (int i = 0; i < 4; i++)
            {
                int row = (lane >> 2) + (8 * (i >> 1)), column = (2 * (lane & 3)) + (i & 1);
                double sum = PtxBits.Float(warp.Registers[c[i] + lane]);
                for (int k = 0; k < depth; k++)
                {
                    sum += (double)left[(row * depth) + k] * right[(k * Columns) + column];
                }

                warp.Scratch[(lane * 4) + i] = PtxBits.From((float)sum);
            }
        }

        // Afterwards, since d may be the registers of a, b or c.
        for (int lane = 0; lane < PtxWarp.Size; lane++)
        {
            for (int i = 0; i < 4; i++)
            {
                warp.Registers[d[i] + lane] = warp.Scratch[(lane * 4) + i];
            }
        }
    }

    private void Gather(ulong* registers, float* left, float* right)
    {
        int perRegister = isBFloat16 ? 2 : 1;
        for (int lane = 0; lane < PtxWarp.Size; lane++)
        {
            int group = lane >> 2, member = lane & 3;
            for (int half = 0; half < perRegister; half++)
            {
                for (int i = 0; i < a.Length; i++)
                {
                    int k = (member * perRegister) + half + (4 * perRegister * (i >> 1));
                    left[((group + (8 * (i & 1))) * depth) + k] = Operand(registers[a[i] + lane], half);
                }

                for (int i = 0; i < b.Length; i++)
                {
                    int k = (member * perRegister) + half + (4 * perRegister * i);
                    right[(k * Columns) + group] = Operand(registers[b[i] + lane], half);
                }
            }
        }
    }

    // The unit ignores the last 13 bits of a tf32 operand.
    private float Operand(ulong register, int half) => isBFloat16
        ? PtxBits.Float((register >> (16 * half) & 0xFFFF) << 16)
        : PtxBits.Float((uint)register & ~0x1FFFu);
}
