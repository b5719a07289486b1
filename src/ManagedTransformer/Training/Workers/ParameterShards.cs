using System.Runtime.InteropServices;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training.Workers;

/// <summary>
/// The parameters of a model divided among workers, each of which has the optimiser's state of its part and updates it (ZeRO, stage 1:
/// Rajbhandari et al., 2020). Parts are ranges of rows, so that all have about the same size.
/// </summary>
internal sealed class ParameterShards
{
    // Values of a worker that are sent at once: 16 MiB.
    private const int MostAtOnce = 1 << 22;

    private readonly WorkerGroup _group;
    private readonly IReadOnlyList<NamedParameter> _parameters;

    // Of every parameter, the rows at which the workers' ranges begin, and the end.
    private readonly int[][] _cuts;

    /// <summary>Divides parameters.</summary>
    /// <param name="group">The workers.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="isWhole">Whether each parameter has to stay with one worker, for optimisers that look at whole tensors.</param>
    public ParameterShards(WorkerGroup group, IReadOnlyList<NamedParameter> parameters, bool isWhole)
    {
        (_group, _parameters) = (group, parameters);
        long total = parameters.Sum(named => named.Parameter.Count), before = 0;
        _cuts = new int[parameters.Count][];
        for (int i = 0; i < _cuts.Length; i++)
        {
            Parameter parameter = parameters[i].Parameter;
            int rows = parameter.Rank == 0 ? 1 : parameter.Shape[0];
            long width = parameter.Count / Math.Max(1, rows);
            _cuts[i] = new int[group.Count + 1];
            for (int worker = 1; worker < group.Count; worker++)
            {
                long border = (total * worker / group.Count) - before;
                bool isBehind = border >= parameter.Count;
                _cuts[i][worker] = isBehind ? rows
                    : border <= 0 || isWhole || parameter.Rank == 0 ? 0
                    : (int)(border / Math.Max(1, width));
            }

            _cuts[i][group.Count] = rows;
            before += parameter.Count;
        }

        Own = [.. Enumerable.Range(0, parameters.Count).Where(i => Length(i, group.Rank) > 0).Select(i => new NamedParameter(
            parameters[i].Name,
            Length(i, group.Rank) == parameters[i].Parameter.Count
                ? parameters[i].Parameter
                : parameters[i].Parameter.Rows(_cuts[i][group.Rank], _cuts[i][group.Rank + 1] - _cuts[i][group.Rank])))];
    }

    /// <summary>The parts that this worker updates, under the names of the parameters.</summary>
    public IReadOnlyList<NamedParameter> Own { get; }

    /// <summary>Bytes that this worker has sent.</summary>
    public long BytesSent { get; private set; }

    /// <summary>
    /// Gives all workers the values that each has updated. Of a table whose gradient has some rows only, these are exchanged.
    /// </summary>
    public void Gather()
    {
        List<int> whole = [];
        for (int i = 0; i < _parameters.Count; i++)
        {
            Parameter parameter = _parameters[i].Parameter;
            if (parameter.Gradient is null && parameter.RowGradient is { } gradient)
            {
                GatherRows(i, gradient.Rows());
            }
            else if (parameter.Gradient is not null)
            {
                whole.Add(i);
            }
        }

        GatherWhole(whole);
    }

    /// <summary>The part of a tensor that belongs to this worker, of the shape of its parameter.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="tensor">Something of the shape of the parameter.</param>
    public Tensor Part(string name, Tensor tensor)
    {
        int i = IndexOf(name);
        (int from, int to) = (_cuts[i][_group.Rank], _cuts[i][_group.Rank + 1]);
        return tensor.Rank == 0 ? tensor : tensor.Slice(0, from, to - from);
    }

    /// <summary>Puts something of the shape of a parameter, of which every worker has its part, together on the first worker.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="part">This worker's part; null where it has none.</param>
    /// <returns>The whole; null on the other workers.</returns>
    public Tensor? Collect(string name, Tensor? part)
    {
        int i = IndexOf(name);
        Parameter parameter = _parameters[i].Parameter;
        Tensor? whole = _group.Rank == 0 ? Tensor.Empty(parameter.Shape) : null;
        float[] buffer = new float[Math.Min(MostAtOnce, parameter.Count)];
        long place = 0;
        for (int worker = 0; worker < _group.Count; worker++)
        {
            for (long left = Length(i, worker), start = 0; left > 0;)
            {
                int length = (int)Math.Min(left, buffer.Length);
                Span<float> values = buffer.AsSpan(0, length);
                if (worker == _group.Rank)
                {
                    Flat(part!, start, length).CopyTo(values);
                }

                _group.Broadcast(MemoryMarshal.AsBytes(values), worker);
                if (whole is not null)
                {
                    Flat(whole, place, length).CopyFrom(values);
                }

                (left, start, place) = (left - length, start + length, place + length);
            }
        }

        return whole;
    }

    private int IndexOf(string name)
    {
        int i = 0;
        while (_parameters[i].Name != name)
        {
            i++;
        }

        return i;
    }

    private void GatherWhole(List<int> parameters)
    {
        // A worker's ranges one behind the other are its block, sent in pieces; the first one lies on top.
        Stack<(int Parameter, long Start, long Left)>[] blocks = [.. Enumerable.Range(0, _group.Count).Select(worker =>
            new Stack<(int, long, long)>(
                parameters.Where(i => Length(i, worker) > 0).Select(i => (i, Start(i, worker), Length(i, worker))).Reverse()))];
        List<(int Parameter, long Start, int Length)>[] pieces = [.. blocks.Select(_ => new List<(int, long, int)>())];
        int[] lengths = new int[blocks.Length];
        while (blocks.Any(block => block.Count > 0))
        {
            for (int worker = 0; worker < blocks.Length; worker++)
            {
                lengths[worker] = Take(blocks[worker], pieces[worker]) * sizeof(float);
            }

            Exchange(lengths, pieces, (parameter, start, length) => Flat(_parameters[parameter].Parameter, start, length));
        }
    }

    private static int Take(Stack<(int Parameter, long Start, long Left)> block, List<(int Parameter, long Start, int Length)> pieces)
    {
        pieces.Clear();
        int room = MostAtOnce;
        while (room > 0 && block.TryPop(out (int Parameter, long Start, long Left) next))
        {
            int length = (int)Math.Min(room, next.Left);
            pieces.Add((next.Parameter, next.Start, length));
            room -= length;
            if (length < next.Left)
            {
                block.Push((next.Parameter, next.Start + length, next.Left - length));
            }
        }

        return MostAtOnce - room;
    }

    private void GatherRows(int parameter, int[] rows)
    {
        Parameter table = _parameters[parameter].Parameter;
        int width = table.Shape[1], most = Math.Max(1, MostAtOnce / width);
        List<int>[] own = [.. Enumerable.Range(0, _group.Count).Select(_ => new List<int>())];
        int owner = 0;
        foreach (int row in rows)
        {
            while (row >= _cuts[parameter][owner + 1])
            {
                owner++;
            }

            own[owner].Add(row);
        }

        for (int done = 0; own.Any(block => block.Count > done); done += most)
        {
            List<(int Parameter, long Start, int Length)>[] pieces = [.. own.Select(block => block.Skip(done).Take(most)
                .Select(row => (parameter, (long)row * width, width)).ToList())];
            int[] lengths = [.. pieces.Select(block => block.Count * width * sizeof(float))];
            Exchange(lengths, pieces, (_, start, length) => Flat(table, start, length));
        }
    }

    private void Exchange(int[] lengths, List<(int Parameter, long Start, int Length)>[] pieces, Func<int, long, int, Tensor> values)
    {
        byte[] blocks = GC.AllocateUninitializedArray<byte>(lengths.Sum());
        Span<float> left = MemoryMarshal.Cast<byte, float>(blocks.AsSpan(lengths.Take(_group.Rank).Sum()));
        foreach ((int parameter, long start, int length) in pieces[_group.Rank])
        {
            values(parameter, start, length).CopyTo(left[..length]);
            left = left[length..];
        }

        _group.Gather(blocks, lengths);
        BytesSent += (long)lengths[_group.Rank] * (_group.Count - 1);
        left = MemoryMarshal.Cast<byte, float>(blocks.AsSpan());
        for (int worker = 0; worker < pieces.Length; worker++)
        {
            foreach ((int parameter, long start, int length) in pieces[worker])
            {
                if (worker != _group.Rank)
                {
                    values(parameter, start, length).CopyFrom(left[..length]);
                }

                left = left[length..];
            }
        }
    }

    // Elements of a tensor in the order of its memory.
    private static Tensor Flat(Tensor tensor, long start, int length)
    {
        using NoGradientScope _ = new();
        return tensor.Detach().Reshape(new Shape((int)tensor.Count)).Slice(0, (int)start, length);
    }

    private long Start(int parameter, int worker) => _cuts[parameter][worker] * Width(parameter);

    private long Length(int parameter, int worker) =>
        (_cuts[parameter][worker + 1] - _cuts[parameter][worker]) * Width(parameter);

    private long Width(int parameter)
    {
        Parameter values = _parameters[parameter].Parameter;
        return values.Rank == 0 ? 1 : values.Count / Math.Max(1, values.Shape[0]);
    }
}
