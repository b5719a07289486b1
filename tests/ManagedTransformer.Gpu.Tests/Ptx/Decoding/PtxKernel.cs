namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// A kernel that can be executed. Numbers and special registers lie among the registers, so that every operand of an instruction is one.
/// </summary>
internal sealed unsafe class PtxKernel
{
    public required string Name { get; init; }

    public required PtxInstruction[] Instructions { get; init; }

    public required int RegisterCount { get; init; }

    /// <summary>Registers with the same content in every thread.</summary>
    public required IReadOnlyList<(int Register, ulong Value)> Constants { get; init; }

    /// <summary>Registers that say where a thread is.</summary>
    public required IReadOnlyList<(int Register, string Name)> Specials { get; init; }

    public required int ParameterBytes { get; init; }

    public required int SharedBytes { get; init; }

    public required int LocalBytes { get; init; }

    /// <summary>The smallest piece of memory that an instruction touches, at most 4 bytes.</summary>
    public required int SharedGranule { get; init; }

    public required int GlobalGranule { get; init; }

    public static PtxKernel Parse(string ptx)
    {
        PtxModule module = PtxParser.Parse(ptx);
        return new PtxDecoder(module).Decode();
    }

    /// <summary>Sets what stays the same for all blocks that a warp executes.</summary>
    public void FillConstants(PtxWarp warp)
    {
        foreach ((int register, ulong value) in Constants)
        {
            new Span<ulong>(warp.Registers + (register * PtxWarp.Size), PtxWarp.Size).Fill(value);
        }
    }

    /// <summary>Sets what depends on the block.</summary>
    public void FillPosition(PtxWarp warp)
    {
        foreach ((int register, string name) in Specials)
        {
            for (int lane = 0; lane < PtxWarp.Size; lane++)
            {
                warp.Registers[(register * PtxWarp.Size) + lane] = PtxSpecial.Value(name, warp, lane);
            }
        }
    }
}
