package mapping

import "math"

// assign pairs rows with columns so that the sum of their scores is the greatest there can be. A score of 0 makes no pair.
// It gives for each row its column, or -1. This is the Hungarian method with potentials; rows may be more than columns.
func assign(scores [][]float64) []int {
	rows := len(scores)
	pairs := make([]int, rows)
	for i := range pairs {
		pairs[i] = -1
	}
	if rows == 0 || len(scores[0]) == 0 {
		return pairs
	}
	columns := len(scores[0]) + rows // each row may stay alone
	a := assignment{
		scores: scores, rows: rows, columns: columns,
		rowCost: make([]float64, rows+1), columnCost: make([]float64, columns+1), rowOf: make([]int, columns+1), before: make([]int, columns+1),
	}
	for row := 1; row <= rows; row++ {
		a.place(row)
	}
	for column := 1; column <= len(scores[0]); column++ {
		if row := a.rowOf[column]; row > 0 && scores[row-1][column-1] > 0 {
			pairs[row-1] = column - 1
		}
	}
	return pairs
}

type assignment struct {
	scores              [][]float64
	rows, columns       int
	rowCost, columnCost []float64
	rowOf, before       []int // by column, from 1; 0: none
}

func (a *assignment) cost(row, column int) float64 {
	if column <= len(a.scores[0]) {
		return -a.scores[row-1][column-1]
	}
	return 0
}

// place finds a column for a row, moving others where that is better for all.
func (a *assignment) place(row int) {
	a.rowOf[0] = row
	at := 0
	least, used := make([]float64, a.columns+1), make([]bool, a.columns+1)
	for i := range least {
		least[i] = math.Inf(1)
	}
	for {
		used[at] = true
		current, next, delta := a.rowOf[at], 0, math.Inf(1)
		for column := 1; column <= a.columns; column++ {
			if used[column] {
				continue
			}
			if c := a.cost(current, column) - a.rowCost[current] - a.columnCost[column]; c < least[column] {
				least[column], a.before[column] = c, at
			}
			if least[column] < delta {
				delta, next = least[column], column
			}
		}
		for column := 0; column <= a.columns; column++ {
			if used[column] {
				a.rowCost[a.rowOf[column]] += delta
				a.columnCost[column] -= delta
			} else {
				least[column] -= delta
			}
		}
		if at = next; a.rowOf[at] == 0 {
			break
		}
	}
	for at != 0 {
		a.rowOf[at] = a.rowOf[a.before[at]]
		at = a.before[at]
	}
}
