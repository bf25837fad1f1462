//! Finding the loops of a graph.

/// The groups of points that lead to each other, points that lead to themselves among them.
///
/// `edges[i]` names the points that point `i` leads to. Both walks are without recursion, so that
/// a long flow cannot exhaust the stack.
pub(super) fn loops(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut back = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for target in targets {
            if let Some(list) = back.get_mut(*target) {
                list.push(from);
            }
        }
    }
    let mut seen = vec![false; edges.len()];
    let mut order = Vec::new();
    for start in 0..edges.len() {
        order.extend(walk(start, edges, &mut seen));
    }
    let mut seen = vec![false; edges.len()];
    let mut found = Vec::new();
    for start in order.into_iter().rev() {
        let group = walk(start, &back, &mut seen);
        let itself = edges.get(start).is_some_and(|targets| targets.contains(&start));
        if group.len() > 1 || (group.len() == 1 && itself) {
            found.push(group);
        }
    }
    found.iter_mut().for_each(|group| group.sort_unstable());
    found
}

/// The unseen points that `start` leads to, in the order in which they are finished.
fn walk(start: usize, edges: &[Vec<usize>], seen: &mut [bool]) -> Vec<usize> {
    let mut finished = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    if enter(start, seen) {
        open.push((start, 0));
    }
    while let Some((point, next)) = open.last_mut() {
        let target = edges.get(*point).and_then(|targets| targets.get(*next)).copied();
        *next += 1;
        match target {
            Some(target) if enter(target, seen) => open.push((target, 0)),
            Some(_) => {}
            None => {
                finished.push(*point);
                open.pop();
            }
        }
    }
    finished
}

fn enter(point: usize, seen: &mut [bool]) -> bool {
    seen.get_mut(point).is_some_and(|seen| !std::mem::replace(seen, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_told_from_what_leads_to_them() {
        let edges = [vec![1], vec![2, 3], vec![1], vec![4], vec![4], vec![0]];
        let mut found = loops(&edges);
        found.sort();
        assert_eq!(found, [vec![1, 2], vec![4]]);
        assert!(loops(&[vec![1], vec![]]).is_empty());
    }
}
