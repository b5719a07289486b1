namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>
/// Linear warm-up to lr, then cosine annealing to the minimum, with warm restarts (Loshchilov and Hutter, 2017): in period i, at the place
/// cur of its length, min s + (lr - min) s (1 + cos(pi cur / length)) / 2 with s = shrink^i; lengths are period multiplier^i.
/// </summary>
internal sealed class CosineSchedule : LearningRateSchedule
{
    private readonly double _lr, _minimum, _initial, _period, _multiplier, _shrink;
    private readonly long _warmup;
    private readonly bool _isSingle;

    /// <summary>A schedule.</summary>
    /// <param name="lr">The highest rate.</param>
    /// <param name="minimum">The lowest rate.</param>
    /// <param name="warmup">Updates of warm-up.</param>
    /// <param name="total">Length of the only period, warm-up included; used where no period is given.</param>
    /// <param name="initial">The first update's rate; negative: the minimum.</param>
    /// <param name="period">Length of the first period; 0 or less: total - warmup.</param>
    /// <param name="multiplier">Growth of the periods.</param>
    /// <param name="shrink">Factor on the rates per period.</param>
    public CosineSchedule(double lr, double minimum, long warmup, long total, double initial = -1, double period = 0, double multiplier = 1,
        double shrink = 1)
    {
        (_lr, _minimum, _warmup, _multiplier, _shrink) = (lr, minimum, warmup, multiplier, shrink);
        _initial = initial < 0 ? minimum : initial;
        _period = period > 0 ? period : Math.Max(1, total - warmup);
        _isSingle = period <= 0;
    }

    /// <inheritdoc/>
    public override double Rate(long updatesDone)
    {
        if (updatesDone < _warmup)
        {
            return _initial + (updatesDone * (_lr - _initial) / _warmup);
        }

        double place = updatesDone - _warmup;
        double index, length = _period;
        if (_multiplier != 1)
        {
            index = Math.Floor(Math.Log(1 - (place / _period * (1 - _multiplier)), _multiplier));
            length = _period * Math.Pow(_multiplier, index);
            place -= (1 - Math.Pow(_multiplier, index)) / (1 - _multiplier) * _period;
        }
        else
        {
            index = Math.Floor(place / _period);
            place -= _period * index;
        }

        if (_isSingle && updatesDone - _warmup >= _period)
        {
            return _minimum; // one period and its end: the rate stays at the minimum
        }

        double scale = Math.Pow(_shrink, index);
        return (_minimum * scale) + ((_lr - _minimum) * scale * 0.5 * (1 + Math.Cos(Math.PI * place / length)));
    }
}
