using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of rotary positions: odd halves, strided and packed rows, positions of all kinds.</summary>
internal static class RotaryCases
{
    private const int TableRows = 300;

    private static readonly Tolerance _tolerance = new(3e-7, 3e-7);

    private static readonly (int Batch, int Length, int Heads, int Rotated, int Width)[] _sizes =
    [
        (1, 1, 1, 1, 2), (2, 3, 2, 2, 6), (1, 5, 3, 2, 8), (2, 17, 3, 3, 10), (1, 9, 4, 0, 32), (3, 4, 2, 1, 34), (1, 70, 9, 7, 64),
        (2, 2, 1, 1, 66), (1, 200, 15, 12, 128), (0, 3, 2, 2, 8), (2, 0, 2, 2, 8), (2, 3, 0, 0, 8), (2, 3, 2, 2, 0),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        new("Rotate", "shapes", run => Rotate(run, inverse: false, positions: false)),
        new("Rotate", "shapes, opposite angles", run => Rotate(run, inverse: true, positions: false)),
        new("Rotate", "positions of rows", run => Rotate(run, inverse: false, positions: true)),
        new("Rotate", "positions of rows, opposite angles", run => Rotate(run, inverse: true, positions: true)),
        new("Rotate", "a position outside the table", Outside),
    ];

    private static void Rotate(KernelRun run, bool inverse, bool positions)
    {
        foreach ((int Batch, int Length, int, int, int) size in _sizes)
        {
            RotaryProblem problem = Problem(run, size);
            problem.Inverse = inverse;
            problem.Positions = positions ? run.Indices((long)size.Batch * size.Length, TableRows, 1) : default;
            run.Kernels.Attention.Rotate(problem);
        }
    }

    private static void Outside(KernelRun run)
    {
        foreach (int wrong in new[] { -1, TableRows })
        {
            RotaryProblem problem = Problem(run, (1, 3, 2, 2, 8));
            problem.Y = run.Scratch(3 * 2 * 8);
            problem.Positions = run.Integers([0, wrong, 2]);
            run.Throws<ArgumentOutOfRangeException>($"position {wrong}", () => run.Kernels.Attention.Rotate(problem));
        }
    }

    private static RotaryProblem Problem(KernelRun run, (int Batch, int Length, int Heads, int Rotated, int Width) size)
    {
        (int batch, int length, int heads, int rotated, int width) = size;
        long row = (long)heads * width, time = row + 5;
        return new RotaryProblem
        {
            Batch = batch,
            Length = length,
            Heads = heads,
            Rotated = rotated,
            Width = width,
            X = run.Numbers(batch * length * time, offset: width % 4),
            XStrides = new RowStrides(length * time, time, width),
            Y = run.Output($"y [{batch}, {length}, {heads}, {width}]", batch * length * row, _tolerance, 1),
            YStrides = new RowStrides(length * row, width, (long)length * width),
            Cos = run.Numbers((long)TableRows * width / 2, offset: 1),
            Sin = run.Numbers((long)TableRows * width / 2),
            TableRows = TableRows,
            First = 7,
        };
    }
}
