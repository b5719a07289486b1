using ManagedTransformer.Hashing;
using ManagedTransformer.Json;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// What decoding with early exits remembers: the state every token left with, from which the keys and values of skipped layers are made
/// when a later token runs them, and exits that were chosen ahead.
/// </summary>
internal sealed class DepthState : IDepthState
{
    /// <summary>Rows for which a step keeps its notes on the stack.</summary>
    public const int FewRows = 256;

    private readonly HaltingClassifier? _halting;
    private readonly int _layers;
    private readonly ExitRule _rule;
    private readonly RowCache _states;
    private int[] _planned, _exits = [], _notes = [];

    /// <summary>A state that has read nothing.</summary>
    /// <param name="halting">The model's exit classifier; null for none.</param>
    /// <param name="layers">N.</param>
    /// <param name="width">Width of a state.</param>
    /// <param name="rows">Rows side by side.</param>
    /// <param name="rule">When tokens leave.</param>
    /// <param name="memory">Encoded sources [B, S, E], each of rows / B rows; null for a model without.</param>
    /// <param name="padding">Float32 [B, S], 1 at padding; or null.</param>
    public DepthState(HaltingClassifier? halting, int layers, int width, int rows, ExitRule rule, Tensor? memory, Tensor? padding)
    {
        rule.Validate(layers, $"exits by the rule '{rule}'");
        if (rule.Kind is HaltingKind.Sequence or HaltingKind.Multinomial or HaltingKind.Geometric && halting?.Kind != rule.Kind)
        {
            throw new InputException($"The model has no {rule.Kind.JsonName()} exit classifier.");
        }

        (_halting, _layers, _rule) = (halting, layers, rule);
        _states = new RowCache(rows, width);
        _planned = new int[rows];
        if (rule.Kind == HaltingKind.Sequence)
        {
            int[] best = halting!.Sequence(memory!, padding).ArgMax().ToInt32Array();
            _planned = [.. Enumerable.Range(0, rows).Select(row => best[row / (rows / best.Length)] + 1)];
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<int> Exits => _exits;

    /// <inheritdoc/>
    public long Bytes => _states.Bytes;

    /// <summary>Told the states of all rows after each layer that was run, layers counted from 0; null for nobody.</summary>
    public Action<int, Tensor>? Observer { get; set; }

    /// <summary>
    /// Whether the decision after a layer, from 1, needs its classifier. No probability exceeds a threshold of 1,
    /// so that such a layer costs nothing.
    /// </summary>
    public bool NeedsLogits(int layer) => _rule.ReadsScores(layer, _layers);

    /// <summary>The states that the tokens from a position on left with, [rows, n, D].</summary>
    public Tensor StatesFrom(int position) => _states.Range(position, _states.Length - position);

    /// <summary>Room for the notes of a step: every row's exit, and the rows still active.</summary>
    /// <param name="rows">Rows side by side.</param>
    /// <returns>Twice as many zeros as there are rows.</returns>
    public Span<int> Notes(int rows)
    {
        if (_notes.Length < 2 * rows)
        {
            _notes = new int[2 * rows];
        }

        Span<int> notes = _notes.AsSpan(0, 2 * rows);
        notes.Clear();
        return notes;
    }

    /// <summary>Ends a step.</summary>
    /// <param name="states">What the rows left with, [rows, 1, D].</param>
    /// <param name="exits">Where.</param>
    public void Append(Tensor states, ReadOnlySpan<int> exits)
    {
        _states.Append(states);
        if (_exits.Length != exits.Length)
        {
            _exits = new int[exits.Length];
        }

        exits.CopyTo(_exits);
    }

    /// <summary>Finds out which rows leave after a layer that is not the last.</summary>
    /// <param name="layer">From 1.</param>
    /// <param name="rows">The rows that ran it.</param>
    /// <param name="states">Their states, [n, 1, D].</param>
    /// <param name="logits">Their logits, [n, V], where needed.</param>
    /// <param name="leave">Gets the answers, one per row.</param>
    public void Leave(int layer, ReadOnlySpan<int> rows, Tensor states, Tensor? logits, Span<bool> leave)
    {
        if (layer == 1)
        {
            PlanAfterFirst(rows, states);
        }

        leave.Clear();
        switch (_rule.Kind)
        {
            case HaltingKind.None:
                break;
            case HaltingKind.Fixed:
                leave.Fill(layer == _rule.FixedExit);
                break;
            case HaltingKind.Geometric:
                Above(_halting!.StopLogit(layer, states).Sigmoid(), leave, layer);
                break;
            case HaltingKind.Confidence when logits is not null:
                Above(logits.Softmax().Max([-1]), leave, layer);
                break;
            case HaltingKind.Confidence:
                break;
            default:
                for (int i = 0; i < leave.Length; i++)
                {
                    leave[i] = _planned[rows[i]] == layer;
                }

                break;
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _states.Reset();
        _exits = [];
    }

    /// <inheritdoc/>
    public void Reorder(ReadOnlySpan<int> parents, int start)
    {
        _states.Reorder(parents, start);
        int[] planned = new int[parents.Length];
        for (int row = 0; row < planned.Length; row++)
        {
            planned[row] = _planned[parents[row]];
        }

        _planned = planned;
    }

    private void Above(Tensor probabilities, Span<bool> leave, int layer)
    {
        Span<float> values = leave.Length <= FewRows ? stackalloc float[leave.Length] : new float[leave.Length];
        probabilities.CopyTo(values);
        for (int i = 0; i < leave.Length; i++)
        {
            leave[i] = values[i] > _rule.Threshold(layer);
        }
    }

    // Exits of this token that are known after the first layer.
    private void PlanAfterFirst(ReadOnlySpan<int> rows, Tensor states)
    {
        if (_rule.Kind == HaltingKind.Multinomial)
        {
            Span<int> best = rows.Length <= FewRows ? stackalloc int[rows.Length] : new int[rows.Length];
            _halting!.Multinomial(states).ArgMax().CopyTo(best);
            for (int i = 0; i < rows.Length; i++)
            {
                _planned[rows[i]] = best[i] + 1;
            }
        }
        else if (_rule.Kind == HaltingKind.Uniform)
        {
            foreach (int row in rows)
            {
                ulong draw = SplitMix64.Hash(_rule.Seed, (ulong)row, (ulong)_states.Length);
                _planned[row] = 1 + (int)SplitMix64.Scale(draw, _layers);
            }
        }
    }
}
