namespace FlashDiffusion.Models.Networks;

/// <summary>One head of one row, block by block, with transposed scores: (keys, 64 queries) is a panel as <see cref="WinogradProduct"/> reads its second factor, and as its first needs no copy either.</summary>
internal readonly unsafe struct TokenAttentionHead
{
    private const int Queries = TokenAttentionWork.Queries;
    private const int Keys = TokenAttentionWork.Keys;

    private readonly int _tokens;
    private readonly int _channels;
    private readonly int _width;
    private readonly int _stride;
    private readonly float _scale;

    // (tokens, width), scaled; (blocks, width, keys of the block).
    private readonly float* _keys;
    private readonly float* _across;

    // (keys of a block, 64 queries).
    private readonly float* _scores;

    // (width, 64 queries).
    private readonly float* _queries;
    private readonly float* _result;

    // Only backward: (tokens, width); (keys of a block, 64); (width, 64) and (64, width).
    private readonly float* _values;
    private readonly float* _keyGradient;
    private readonly float* _valueGradient;
    private readonly float* _scoreGradients;
    private readonly float* _outputGradient;
    private readonly float* _outputGradientRows;
    private readonly float* _queryRows;
    private readonly float* _output;
    private readonly float* _means;

    private TokenAttentionHead(ref TokenAttentionWork work, float* room)
    {
        (_tokens, _channels, _width, _stride) = (work.Tokens, work.Layout.Channels, work.Layout.Width, 3 * work.Layout.Channels);
        _scale = 1 / MathF.Sqrt(_width);
        var (map, square, panel) = ((long)_tokens * _width, (long)Keys * Queries, (long)_width * Queries);
        _keys = room;
        _across = _keys + map;
        _scores = _across + map;
        _queries = _scores + square;
        _result = _queries + panel;
        _values = _result + panel;
        _keyGradient = _values + map;
        _valueGradient = _keyGradient + map;
        _scoreGradients = _valueGradient + map;
        _outputGradient = _scoreGradients + square;
        _outputGradientRows = _outputGradient + panel;
        _queryRows = _outputGradientRows + panel;
        _output = _queryRows + panel;
        _means = _output + panel;
    }

    /// <summary>Numbers that a head needs.</summary>
    public static long Size(ref TokenAttentionWork work)
    {
        var (map, square, panel) = ((long)work.Tokens * work.Layout.Width, (long)Keys * Queries, (long)work.Layout.Width * Queries);
        return (2 * (map + panel)) + square + (work.Backward ? (3 * map) + square + (4 * panel) + Queries : 0);
    }

    /// <summary>A thread's share of the heads of all rows; for <see cref="ComputeTeam.Run"/>.</summary>
    public static void Share(void* arguments, int task)
    {
        ref var work = ref *(TokenAttentionWork*)arguments;
        var head = new TokenAttentionHead(ref work, work.Rooms + (task * Size(ref work)));
        for (var number = Bound(ref work, task); number < Bound(ref work, task + 1); number++)
        {
            var (row, which) = Math.DivRem(number, work.Layout.Heads);
            var tokens = (long)row * work.Tokens;
            var packed = work.Packed + (3 * tokens * work.Layout.Channels);
            var place = (tokens * work.Layout.Channels) + (which * work.Layout.Width);
            var statistics = work.Statistics + (2L * number * TokenAttentionWork.Padded(work.Tokens));
            var (query, key, value) = (work.Layout.Place(which, 0), work.Layout.Place(which, 1), work.Layout.Place(which, 2));
            if (work.Backward)
            {
                var gradient = work.PackedGradient + (3 * tokens * work.Layout.Channels);
                head.Backward(packed + query, packed + key, packed + value, work.Output + place, work.OutputGradient + place, statistics, gradient + query, gradient + key, gradient + value);
            }
            else
            {
                head.Forward(packed + query, packed + key, packed + value, work.Output + place, statistics);
            }
        }
    }

    private static int Bound(ref TokenAttentionWork work, int task) => ComputeTeam.Bound(work.Batch * work.Layout.Heads, task, work.Tasks);

    // Queries, keys and values are (tokens, width) within (tokens, 3 C), the output within (tokens, C).
    private void Forward(float* query, float* key, float* value, float* output, float* statistics)
    {
        Copy(key, _scale, _keys);
        Transpose(value, 1);
        for (var first = 0; first < _tokens; first += Queries)
        {
            var queries = Math.Min(Queries, _tokens - first);
            var most = statistics + first;
            var sums = most + TokenAttentionWork.Padded(_tokens);
            PanelMatrix.PackTransposed(query + ((long)first * _stride), _stride, queries, _width, _queries, Queries);
            for (var begin = 0; begin < _tokens; begin += Keys)
            {
                var keys = Math.Min(Keys, _tokens - begin);
                var at = (long)begin * _width;
                WinogradProduct.Multiply(_keys + at, _queries, _scores, keys, _width, Queries, adds: false);
                ColumnSoftmax.Join(_scores, keys, begin == 0, most, sums, _result, _width);
                WinogradProduct.Multiply(_across + at, _scores, _result, _width, keys, Queries, adds: begin > 0);
            }

            ColumnSoftmax.End(sums, _result, _width);
            PanelMatrix.Transpose(_result, Queries, _width, queries, output + ((long)first * _channels), _channels);
        }
    }

    private void Backward(
        float* query, float* key, float* value, float* output, float* outputGradient, float* statistics, float* queryGradient, float* keyGradient, float* valueGradient)
    {
        Copy(key, _scale, _keys);
        Transpose(key, _scale);
        Copy(value, 1, _values);
        for (var first = 0; first < _tokens; first += Queries)
        {
            var queries = Math.Min(Queries, _tokens - first);
            var most = statistics + first;
            var factors = most + TokenAttentionWork.Padded(_tokens);
            Gather(query + ((long)first * _stride), outputGradient + ((long)first * _channels), output + ((long)first * _channels), queries);
            for (var begin = 0; begin < _tokens; begin += Keys)
            {
                var keys = Math.Min(Keys, _tokens - begin);
                var at = (long)begin * _width;
                WinogradProduct.Multiply(_keys + at, _queries, _scores, keys, _width, Queries, adds: false);
                ColumnSoftmax.Weigh(_scores, keys, most, factors);
                WinogradProduct.Multiply(_scores, _outputGradientRows, _valueGradient + at, keys, Queries, _width, adds: first > 0);
                WinogradProduct.Multiply(_values + at, _outputGradient, _scoreGradients, keys, _width, Queries, adds: false);
                ColumnSoftmax.Backward(_scores, _scoreGradients, keys, _means);
                WinogradProduct.Multiply(_scoreGradients, _queryRows, _keyGradient + at, keys, Queries, _width, adds: first > 0);
                WinogradProduct.Multiply(_across + at, _scoreGradients, _result, _width, keys, Queries, adds: begin > 0);
            }

            PanelMatrix.Transpose(_result, Queries, _width, queries, queryGradient + ((long)first * _stride), _stride);
        }

        Spread(_keyGradient, keyGradient);
        Spread(_valueGradient, valueGradient);
    }

    // A block of queries, of the output and of its gradient, as the products of the backward pass read them.
    private void Gather(float* query, float* outputGradient, float* output, int queries)
    {
        PanelMatrix.PackTransposed(query, _stride, queries, _width, _queries, Queries);
        PanelMatrix.Pack(query, _stride, queries, _width, _scale, _queryRows, Queries);
        PanelMatrix.PackTransposed(outputGradient, _channels, queries, _width, _outputGradient, Queries);
        PanelMatrix.Pack(outputGradient, _channels, queries, _width, 1, _outputGradientRows, Queries);
        PanelMatrix.PackTransposed(output, _channels, queries, _width, _output, Queries);
        ColumnSoftmax.Means(_output, _outputGradient, _width, _means);
    }

    private void Copy(float* from, float factor, float* to)
    {
        for (var token = 0; token < _tokens; token++, from += _stride, to += _width)
        {
            // One line is one panel of one line for each 64 columns, one after the other: a line.
            PanelMatrix.Pack(from, _width, 1, _width, factor, to, 1);
        }
    }

    // Into (width, keys) for each block of keys.
    private void Transpose(float* from, float factor)
    {
        var to = _across;
        for (var begin = 0; begin < _tokens; begin += Keys, from += (long)Keys * _stride, to += (long)Keys * _width)
        {
            var keys = Math.Min(Keys, _tokens - begin);
            PanelMatrix.Transpose(from, _stride, keys, _width, to, keys);
        }

        if (factor != 1)
        {
            PanelMatrix.Pack(_across, _tokens * _width, 1, _tokens * _width, factor, _across, 1);
        }
    }

    private void Spread(float* from, float* to)
    {
        for (var token = 0; token < _tokens; token++, from += _width, to += _stride)
        {
            new Span<float>(from, _width).CopyTo(new Span<float>(to, _width));
        }
    }
}
