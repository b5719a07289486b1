using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>
/// Copies where the source is contiguous along one axis and the destination along another:
/// matrices are transposed in tiles that fit the first cache.
/// </summary>
internal static unsafe class TransposedCopy
{
    private const int Tile = 32;

    /// <summary>Copies from operand 0 to operand 1 of the space.</summary>
    /// <param name="source">First element of operand 0.</param>
    /// <param name="destination">First element of operand 1.</param>
    /// <param name="space">Its last axis is contiguous in the destination.</param>
    /// <param name="axis">The axis that is contiguous in the source.</param>
    public static void Run(float* source, float* destination, IterationSpace space, int axis)
    {
        var job = new Job
        {
            Source = source,
            Destination = destination,
            Rows = space.Size(axis),
            Columns = space.RowLength,
            SourceStride = space.RowStride(0),
            DestinationStride = space.Stride(axis, 1),
        };
        space.Remove(space.Rank - 1);
        space.Remove(axis);
        job.Matrices = space;
        job.Bands = (job.Rows + Tile - 1) / Tile;
        Ranges.Run(space.Count * job.Bands, Math.Max(1, Ranges.Grain / (Tile * job.Columns)), ref job);
    }

    /// <summary>destination[i, j] = source[j, i] for i in bands of <see cref="Tile"/> rows.</summary>
    private struct Job : IRangeJob
    {
        public float* Source, Destination;
        public long Rows, Columns, SourceStride, DestinationStride, Bands;
        public IterationSpace Matrices;

        public readonly void Execute(long start, long end)
        {
            for (long item = start; item < end; item++)
            {
                Matrices.Locate(item / Bands, out long source, out long destination, out _);
                long row = item % Bands * Tile;
                for (long column = 0; column < Columns; column += Tile)
                {
                    CopyTile(Source + source, Destination + destination, row, Math.Min(Rows, row + Tile), column,
                        Math.Min(Columns, column + Tile));
                }
            }
        }

        private readonly void CopyTile(float* source, float* destination, long row, long rowEnd, long column, long columnEnd)
        {
            long i = row;
            for (; i + 4 <= rowEnd; i += 4)
            {
                long j = column;
                for (; j + 4 <= columnEnd; j += 4)
                {
                    CopyQuad(source + (j * SourceStride) + i, destination + (i * DestinationStride) + j);
                }

                CopyEach(source, destination, i, i + 4, j, columnEnd);
            }

            CopyEach(source, destination, i, rowEnd, column, columnEnd);
        }

        private readonly void CopyQuad(float* source, float* destination)
        {
            Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + SourceStride);
            Vector128<float> c = Vector128.Load(source + (2 * SourceStride)), d = Vector128.Load(source + (3 * SourceStride));
            Vector128Ops.TransposeQuads(ref a, ref b, ref c, ref d);
            a.Store(destination);
            b.Store(destination + DestinationStride);
            c.Store(destination + (2 * DestinationStride));
            d.Store(destination + (3 * DestinationStride));
        }

        private readonly void CopyEach(float* source, float* destination, long row, long rowEnd, long column, long columnEnd)
        {
            for (long i = row; i < rowEnd; i++)
            {
                for (long j = column; j < columnEnd; j++)
                {
                    destination[(i * DestinationStride) + j] = source[(j * SourceStride) + i];
                }
            }
        }
    }
}
