namespace FlashDiffusion.Models.Networks;

/// <summary>The heads of one row, one at a time: softmax(q k^T / sqrt(width)) v, and its gradients.</summary>
/// <remarks>
/// Block by block, with transposed scores: (keys, 64 queries) is a panel as <see cref="WinogradProduct"/> reads its second factor, and as its first needs no copy either. The
/// forward pass is that of FlashAttention (arXiv 2205.14135), the backward pass that of FlashAttention-2 (arXiv 2307.08691).
/// </remarks>
internal readonly unsafe struct AttentionHead
{
    /// <summary>Queries of a block: one panel of <see cref="WinogradProduct"/>.</summary>
    public const int Queries = WinogradProduct.Panel;

    /// <summary>Keys of a block: its scores and their gradients, 64 KB each, and its keys and values stay in the second-level cache.</summary>
    private const int Keys = 256;

    private readonly AttentionMaps _maps;
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

    /// <param name="maps">Maps of one row; tokens are a multiple of 4, and a head's channels of 32.</param>
    /// <param name="room">Memory of <see cref="Size"/>.</param>
    public AttentionHead(AttentionMaps maps, float* room)
    {
        _maps = maps;
        (_tokens, _channels, _width, _stride) = (maps.Tokens, maps.Layout.Channels, maps.Layout.Width, 3 * maps.Layout.Channels);
        _scale = 1 / MathF.Sqrt(_width);
        var (map, square, panel) = Sizes(_tokens, maps.Layout);
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

    // Then means come from the weights at hand: the error of the gradient is up to a sixth less than with those from the output.
    private bool IsOneBlock => _tokens <= Keys;

    /// <summary>Numbers that a head needs, a multiple of a cache line's.</summary>
    public static long Size(int tokens, HeadLayout layout, bool backward)
    {
        var (map, square, panel) = Sizes(tokens, layout);
        return (2 * (map + panel)) + square + (backward ? (3 * map) + square + (4 * panel) + Queries : 0);
    }

    /// <summary>Makes a head's part of the output, and its statistics.</summary>
    /// <param name="head">Number of the head.</param>
    public void Forward(int head)
    {
        var query = _maps.Packed + _maps.Layout.Place(head, 0);
        var key = _maps.Packed + _maps.Layout.Place(head, 1);
        var value = _maps.Packed + _maps.Layout.Place(head, 2);
        var output = _maps.Output + (head * _width);
        var statistics = Statistics(head);
        Copy(key, _scale, _keys);
        Transpose(value, 1);
        for (var first = 0; first < _tokens; first += Queries)
        {
            var queries = Math.Min(Queries, _tokens - first);
            var most = statistics + first;
            var sums = most + AttentionMaps.Padded(_tokens);
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

    /// <summary>Makes a head's part of the gradient with respect to queries, keys and values.</summary>
    /// <param name="head">Number of the head.</param>
    public void Backward(int head)
    {
        var query = _maps.Packed + _maps.Layout.Place(head, 0);
        var key = _maps.Packed + _maps.Layout.Place(head, 1);
        var value = _maps.Packed + _maps.Layout.Place(head, 2);
        var queryGradient = _maps.PackedGradient + _maps.Layout.Place(head, 0);
        var output = _maps.Output + (head * _width);
        var outputGradient = _maps.OutputGradient + (head * _width);
        var statistics = Statistics(head);
        Copy(key, _scale, _keys);
        Transpose(key, _scale);
        Copy(value, 1, _values);
        for (var first = 0; first < _tokens; first += Queries)
        {
            var queries = Math.Min(Queries, _tokens - first);
            var most = statistics + first;
            var factors = most + AttentionMaps.Padded(_tokens);
            Gather(query + ((long)first * _stride), outputGradient + ((long)first * _channels), output + ((long)first * _channels), queries);
            for (var begin = 0; begin < _tokens; begin += Keys)
            {
                var keys = Math.Min(Keys, _tokens - begin);
                var at = (long)begin * _width;
                WinogradProduct.Multiply(_keys + at, _queries, _scores, keys, _width, Queries, adds: false);
                ColumnSoftmax.Weigh(_scores, keys, most, factors);
                WinogradProduct.Multiply(_scores, _outputGradientRows, _valueGradient + at, keys, Queries, _width, adds: first > 0);
                WinogradProduct.Multiply(_values + at, _outputGradient, _scoreGradients, keys, _width, Queries, adds: false);
                if (IsOneBlock)
                {
                    ColumnSoftmax.Means(_scores, _scoreGradients, keys, _means);
                }

                ColumnSoftmax.Backward(_scores, _scoreGradients, keys, _means);
                WinogradProduct.Multiply(_scoreGradients, _queryRows, _keyGradient + at, keys, Queries, _width, adds: first > 0);
                WinogradProduct.Multiply(_across + at, _scoreGradients, _result, _width, keys, Queries, adds: begin > 0);
            }

            PanelMatrix.Transpose(_result, Queries, _width, queries, queryGradient + ((long)first * _stride), _stride);
        }

        Spread(_keyGradient, _maps.PackedGradient + _maps.Layout.Place(head, 1));
        Spread(_valueGradient, _maps.PackedGradient + _maps.Layout.Place(head, 2));
    }

    private static (long Map, long Square, long Panel) Sizes(int tokens, HeadLayout layout) =>
        ((long)tokens * layout.Width, (long)Math.Min(tokens, Keys) * Queries, (long)layout.Width * Queries);

    private float* Statistics(int head) => _maps.Statistics + (head * AttentionMaps.HeadStatistics(_tokens));

    // A block of queries, of the output and of its gradient, as the products of the backward pass read them.
    private void Gather(float* query, float* outputGradient, float* output, int queries)
    {
        PanelMatrix.PackTransposed(query, _stride, queries, _width, _queries, Queries);
        PanelMatrix.Pack(query, _stride, queries, _width, _scale, _queryRows, Queries);
        PanelMatrix.PackTransposed(outputGradient, _channels, queries, _width, _outputGradient, Queries);
        PanelMatrix.Pack(outputGradient, _channels, queries, _width, 1, _outputGradientRows, Queries);
        if (!IsOneBlock)
        {
            PanelMatrix.PackTransposed(output, _channels, queries, _width, _output, Queries);
            ColumnSoftmax.Means(_output, _outputGradient, _width, _means);
        }
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
