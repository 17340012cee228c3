namespace ImcEngine.Data;

/// <summary>
/// One image of <c>shapes10</c> as a scene: a background gradient with clutter, one object of the class, and an occluding bar.
/// It is drawn from counter-based random numbers and computed with + - * / and comparisons only, so that every CPU renders the same bytes.
///
///     object coordinates (u, v) = A (x - centre),  A = rotation and two scales, unit circle = the object's reach
///     texture coordinates (p, q) = rotation (u, v) in periods
/// </summary>
internal sealed class ShapeScene
{
    public const int Size = 32;
    private const int ClutterCount = 4;

    private static readonly ShapeOutline[] TexturedOutlines = [ShapeOutline.Disc, ShapeOutline.Square, ShapeOutline.Triangle,
        ShapeOutline.Cross];

    private readonly ShapeOutline _outline;
    private readonly ShapeTexture _texture;
    private readonly Affine _toObject, _toTexture;
    private readonly Gradient _background, _fill;
    private readonly Rgb _ink;
    private readonly Bar _occluder;
    private readonly Bar[] _clutter = new Bar[ClutterCount];
    private readonly Rgb _occluderColour;
    private readonly Rgb[] _clutterColours = new Rgb[ClutterCount];

    public ShapeScene(int label, ref ShapeDraws draws)
    {
        _texture = label < Shapes10.OutlineClasses ? ShapeTexture.None : (ShapeTexture)(label - Shapes10.OutlineClasses + 1);
        _outline = _texture == ShapeTexture.None ? (ShapeOutline)label : TexturedOutlines[draws.NextBelow(TexturedOutlines.Length)];

        float reach = _texture == ShapeTexture.None ? draws.Next(6.5f, 13f) : draws.Next(9f, 14f);
        float centreX = Size / 2 + draws.Next(-5f, 5f), centreY = Size / 2 + draws.Next(-5f, 5f), aspect = draws.Next(0.8f, 1.25f);
        _toObject = Affine.Turning(ref draws, centreX, centreY, 1 / reach, aspect / reach);
        float period = draws.Next(3.6f, 6f) / reach;
        _toTexture = Affine.Turning(ref draws, draws.Next(-1f, 1f), draws.Next(-1f, 1f), 1 / period, 1 / period);

        var back = Rgb.Random(ref draws);
        _background = new(ref draws, back, 0.5f);
        var colour = back.Contrasting(ref draws);
        _fill = new(ref draws, colour, 0.4f);
        _ink = colour.Contrasting(ref draws);

        for (int i = 0; i < ClutterCount; i++)
        {
            _clutter[i] = new(ref draws, draws.Next(0f, Size), draws.Next(0f, Size), draws.Next(1f, 4f), draws.Next(1f, 6f));
            _clutterColours[i] = Rgb.Random(ref draws);
        }
        float away = draws.Next(0.3f, 1f) * reach;
        var direction = Affine.Turning(ref draws, 0, 0, away, away);
        _occluder = new(ref draws, centreX + direction.XX, centreY + direction.XY, draws.Next(1f, 3.2f), draws.Next(4f, 17f));
        _occluderColour = Rgb.Random(ref draws);
    }

    /// <summary>Returns the colour at a point, given in pixels from the image's corner.</summary>
    public Rgb At(float x, float y)
    {
        if (_occluder.Contains(x, y)) return _occluderColour;
        var (u, v) = _toObject.Apply(x, y);
        if (u * u + v * v < 1 && _outline.Contains(u, v))
        {
            var (p, q) = _toTexture.Apply(u, v);
            return _texture.IsInk(p, q) ? _ink : _fill.At(x, y);
        }
        for (int i = 0; i < ClutterCount; i++)
            if (_clutter[i].Contains(x, y)) return _clutterColours[i];
        return _background.At(x, y);
    }

    /// <summary>Maps (x, y) to (XX (x - X) + XY (y - Y), YX (x - X) + YY (y - Y)).</summary>
    private readonly record struct Affine(float X, float Y, float XX, float XY, float YX, float YY)
    {
        /// <summary>Returns a random rotation followed by a scale along each rotated axis. (1 - t^2, 2 t) / (1 + t^2) is a unit vector for
        /// every t; quarter and half turns spread it over the circle.</summary>
        public static Affine Turning(ref ShapeDraws draws, float x, float y, float scaleU, float scaleV)
        {
            float t = draws.Next(-0.41421356f, 0.41421356f), length = 1 + t * t;
            float cos = (1 - t * t) / length, sin = 2 * t / length;
            int quarter = draws.NextBelow(4);
            if ((quarter & 1) != 0) (cos, sin) = (-sin, cos);
            if ((quarter & 2) != 0) (cos, sin) = (-cos, -sin);
            return new(x, y, cos * scaleU, sin * scaleU, -sin * scaleV, cos * scaleV);
        }

        public (float U, float V) Apply(float x, float y)
        {
            float dx = x - X, dy = y - Y;
            return (XX * dx + XY * dy, YX * dx + YY * dy);
        }
    }

    /// <summary>A rotated rectangle.</summary>
    private readonly struct Bar(ref ShapeDraws draws, float x, float y, float halfWidth, float halfLength)
    {
        private readonly Affine _toUnit = Affine.Turning(ref draws, x, y, 1 / halfWidth, 1 / halfLength);

        public bool Contains(float x, float y)
        {
            var (u, v) = _toUnit.Apply(x, y);
            return MathF.Abs(u) < 1 && MathF.Abs(v) < 1;
        }
    }

    /// <summary>A colour that changes linearly over the image.</summary>
    private readonly struct Gradient(ref ShapeDraws draws, Rgb middle, float change)
    {
        private readonly Rgb _middle = middle;
        private readonly Rgb _perX = Rgb.Random(ref draws).Minus(0.5f).Times(change / Size),
            _perY = Rgb.Random(ref draws).Minus(0.5f).Times(change / Size);

        public Rgb At(float x, float y) => _middle.Plus(_perX.Times(x - Size / 2)).Plus(_perY.Times(y - Size / 2));
    }
}
