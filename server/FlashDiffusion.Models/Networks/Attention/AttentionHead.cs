namespace FlashDiffusion.Models.Networks;

/// <summary>One head of one row: softmax(q k^T / sqrt(width)) v, and its gradients.</summary>
internal readonly unsafe struct AttentionHead
{
    private readonly float* _patches;
    private readonly float* _panels;
    private readonly float* _result;
    private readonly float* _weights;
    private readonly float* _gradients;
    private readonly float* _transposed;
    private readonly int _positions;
    private readonly int _columns;
    private readonly int _width;
    private readonly int _stride;
    private readonly float _scale;

    /// <param name="work">The block.</param>
    /// <param name="room">Memory of <see cref="Size"/>.</param>
    public AttentionHead(ref AttentionWork work, float* room)
    {
        (_positions, _columns, _width, _stride) = (work.Positions, work.Columns, work.Layout.Width, 3 * work.Layout.Channels);
        _scale = 1 / MathF.Sqrt(_width);
        var (map, square) = ((long)_columns * _width, (long)_columns * _columns);
        _patches = room;
        _panels = _patches + map;
        _result = _panels + map;
        _weights = _result + map;
        _gradients = _weights + square;
        _transposed = _gradients + square;
    }

    /// <summary>Numbers that a head needs.</summary>
    public static long Size(ref AttentionWork work) => (3L * work.Columns * work.Layout.Width) + ((work.Backward ? 3L : 1L) * work.Columns * work.Columns);

    /// <summary>Attends.</summary>
    /// <param name="query">(positions, width) within (positions, 3 C), as the next two.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="output">(positions, width) within (positions, C).</param>
    public void Forward(float* query, float* key, float* value, float* output)
    {
        Weigh(query, key);
        PanelMatrix.Pack(value, _stride, _positions, _width, 1, _panels, _columns);
        WinogradProduct.Multiply(_weights, _panels, _result, _positions, _columns, _width, adds: false);
        Copy(_result, _width, 1, output, _stride / 3);
    }

    /// <summary>Makes the gradients with respect to query, key and value.</summary>
    /// <param name="query">(positions, width) within (positions, 3 C), as the next two.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="outputGradient">(positions, width) within (positions, C).</param>
    /// <param name="queryGradient">(positions, width) within (positions, 3 C), as the next two.</param>
    /// <param name="keyGradient">Gradient with respect to the keys.</param>
    /// <param name="valueGradient">Gradient with respect to the values.</param>
    public void Backward(float* query, float* key, float* value, float* outputGradient, float* queryGradient, float* keyGradient, float* valueGradient)
    {
        Weigh(query, key);
        Copy(outputGradient, _stride / 3, 1, _patches, _width);
        PanelMatrix.PackTransposed(value, _stride, _positions, _width, _panels, _columns);
        WinogradProduct.Multiply(_patches, _panels, _gradients, _positions, _width, _columns, adds: false);

        PanelMatrix.Pack(outputGradient, _stride / 3, _positions, _width, 1, _panels, _columns);
        MultiplyTransposed(_weights, valueGradient);
        SoftmaxKernel.Backward(_weights, _gradients, _positions, _columns);

        PanelMatrix.Pack(key, _stride, _positions, _width, _scale, _panels, _columns);
        WinogradProduct.Multiply(_gradients, _panels, _result, _positions, _columns, _width, adds: false);
        Copy(_result, _width, 1, queryGradient, _stride);
        PanelMatrix.Pack(query, _stride, _positions, _width, _scale, _panels, _columns);
        MultiplyTransposed(_gradients, keyGradient);
    }

    // The weights of the values for each query.
    private void Weigh(float* query, float* key)
    {
        Copy(query, _stride, _scale, _patches, _width);
        PanelMatrix.PackTransposed(key, _stride, _positions, _width, _panels, _columns);
        WinogradProduct.Multiply(_patches, _panels, _weights, _positions, _width, _columns, adds: false);
        SoftmaxKernel.Forward(_weights, _positions, _positions, _columns);
    }

    // matrix^T panels, into (positions, width) within (positions, 3 C).
    private void MultiplyTransposed(float* matrix, float* output)
    {
        if (_columns > _positions)
        {
            new Span<float>(_transposed, _columns * _columns).Clear();
        }

        PanelMatrix.Transpose(matrix, _columns, _positions, _positions, _transposed, _columns);
        WinogradProduct.Multiply(_transposed, _panels, _result, _positions, _columns, _width, adds: false);
        Copy(_result, _width, 1, output, _stride);
    }

    private void Copy(float* from, int stride, float factor, float* to, int toStride)
    {
        for (var position = 0; position < _positions; position++, from += stride, to += toStride)
        {
            // One line is one panel of one line for each 64 columns, one after the other: a line.
            PanelMatrix.Pack(from, _width, 1, _width, factor, to, 1);
        }
    }
}
