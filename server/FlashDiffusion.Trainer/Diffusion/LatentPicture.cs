namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>The latent of a whole photograph, (channels, height, width) in half precision.</summary>
internal sealed record LatentPicture(int Channels, int Height, int Width, Half[] Values)
{
    /// <summary>Writes a square window as (channels, side, side).</summary>
    public void CopyWindow(int left, int top, int side, Span<float> target)
    {
        var next = 0;
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var row = 0; row < side; row++)
            {
                var start = (((channel * Height) + top + row) * Width) + left;
                for (var column = 0; column < side; column++)
                {
                    target[next++] = (float)Values[start + column];
                }
            }
        }
    }
}
