using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>
/// Adds a row of a table, learned or of sinusoids, to every token's vector. With a padding id, positions count only real tokens,
/// from padding + 1.
/// </summary>
internal sealed class AbsolutePositions : Module
{
    // Sinusoids of positions that no text has had so far are made when one has: what describes a model may say any number of them.
    private const int FirstPositions = 4096;

    private readonly int _maxPositions, _rows;
    private readonly int? _padding;
    private readonly PositionKind _kind;
    private readonly Lock _growing = new();
    private Tensor _table;

    /// <summary>A table.</summary>
    /// <param name="kind">Learned, Half or Interleaved.</param>
    /// <param name="maxPositions">Most tokens in a row.</param>
    /// <param name="dim">Width.</param>
    /// <param name="padding">Id of padding, or null.</param>
    /// <param name="deviation">Standard deviation of learned initial values.</param>
    /// <param name="random">Their source.</param>
    /// <exception cref="ArgumentException">Another kind.</exception>
    public AbsolutePositions(PositionKind kind, int maxPositions, int dim, int? padding, float deviation, RandomSource random)
    {
        (_kind, _maxPositions, _padding) = (kind, maxPositions, padding);
        _rows = maxPositions + FirstPosition;
        Weight = kind == PositionKind.Learned ? Initialization.Normal(new Shape(_rows, dim), deviation, random) : null;
        _table = Weight ?? Sinusoids(Math.Min(maxPositions, FirstPositions) + FirstPosition, dim);
        ClearRow(_table, padding);
    }

    private int FirstPosition => _padding is { } id ? id + 1 : 0;

    /// <summary>The learned table, [positions, dim]; null for sinusoids.</summary>
    public Parameter? Weight { get; }

    /// <summary>x + P[position].</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="starts">How many tokens came before, with a padding id none of them padding: one number for all rows, or one per
    /// row.</param>
    /// <exception cref="ArgumentException">More positions than the table has.</exception>
    public Tensor Add(Tensor x, Tensor tokens, ReadOnlySpan<int> starts)
    {
        int length = tokens.Shape[1], last = 0;
        foreach (int start in starts)
        {
            last = Math.Max(last, start + length);
        }

        if (last > _maxPositions)
        {
            throw new ArgumentException($"The model has {_maxPositions} positions (max_positions), {last} are needed.");
        }

        Tensor table = Table(last + FirstPosition);
        if (_padding is null && starts.Length == 1)
        {
            return x.Add(table.Slice(0, starts[0], length));
        }

        int[] positions = PositionIndices(tokens.ToInt32Array(), length, _padding, starts);
        return x.Add(table.Embedding(Tensor.From(positions, tokens.Shape, table.Device), _padding ?? -1));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.Add("positions.weight", Weight);

    /// <summary>
    /// Rows of the table for tokens. Under a padding id: padding + number of real tokens so far; padding itself stands at the position
    /// padding.
    /// </summary>
    /// <param name="tokens">Row-major [rows, length].</param>
    /// <param name="length">Tokens per row.</param>
    /// <param name="padding">The padding id; null for none.</param>
    /// <param name="starts">Real tokens before: one number for all rows, or one per row; empty: none.</param>
    public static int[] PositionIndices(ReadOnlySpan<int> tokens, int length, int? padding, params ReadOnlySpan<int> starts)
    {
        int[] positions = new int[tokens.Length];
        int first = padding is { } id ? id + 1 : 0, seen = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            if (i % length == 0)
            {
                seen = starts.IsEmpty ? 0 : starts[starts.Length == 1 ? 0 : i / length];
            }

            positions[i] = tokens[i] == padding ? tokens[i] : first + seen++;
        }

        return positions;
    }

    private Tensor Table(int rows)
    {
        Tensor table = Volatile.Read(ref _table);
        if (rows <= table.Shape[0])
        {
            return table;
        }

        lock (_growing)
        {
            if (rows > _table.Shape[0])
            {
                using DeviceScope _ = new(_table.Device);
                Tensor grown = Sinusoids((int)Math.Min(_rows, Math.Max(rows, 2L * _table.Shape[0])), _table.Shape[1]);
                ClearRow(grown, _padding);
                Volatile.Write(ref _table, grown);
            }

            return _table;
        }
    }

    private Tensor Sinusoids(int rows, int dim) => SinusoidalPositions.Table(rows, dim, _kind).Keep();

    /// <summary>Sets the row of a table that stands for padding to zero.</summary>
    internal static void ClearRow(Tensor table, int? row)
    {
        if (row is { } index)
        {
            using NoGradientScope _ = new();
            table.Detach().Slice(0, index, 1).CopyFrom(new float[table.Shape[1]]);
        }
    }
}
