namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// ldmatrix: 1, 2 or 4 matrices of 8 x 8 numbers of 16 bits from shared memory. Lane 8 m + r names row r of matrix m; lane i gets two
/// numbers of row i / 4, or, transposed, of
/// column i / 4.
/// </summary>
internal sealed unsafe class PtxLoadMatrix(int[] destinations, int address, ulong offset, bool transposed) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        warp.RequireAll(lanes);
        ulong* registers = warp.Registers;
        ushort** rows = stackalloc ushort*[PtxWarp.Size];
        for (int lane = 0; lane < 8 * destinations.Length; lane++)
        {
            rows[lane] = (ushort*)warp.Locate(lane, PtxSpace.Shared, (uint)registers[address + lane] + offset, 16, PtxAccess.Read);
        }

        for (int m = 0; m < destinations.Length; m++)
        {
            for (int lane = 0; lane < PtxWarp.Size; lane++)
            {
                int line = lane / 4, first = lane % 4 * 2;
                ushort** matrix = rows + (8 * m);
                (uint low, uint high) = transposed
                    ? (matrix[first][line], matrix[first + 1][line]) : (matrix[line][first], matrix[line][first + 1]);
                registers[destinations[m] + lane] = low | (high << 16);
            }
        }
    }
}
